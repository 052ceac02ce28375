/** Files and texts that are dropped on the page or pasted outside of a field: the Load dialog opens with them. */
import { mount, unmount } from 'svelte';
import DropOverlay from '../panels/dialogs/load/DropOverlay.svelte';
import { incoming } from '../panels/dialogs/load/incoming.svelte.ts';
import { isOurs } from '../run/documents/recognize.ts';
import { TYPING } from './shortcuts.ts';

/** Firefox says only about three times a second that something is still dragged. */
const STILL_MS = 900;

/** @param show opens the Load dialog */
export function takeArrivals(show: () => void): void {
  const open = (file: File | undefined, text: string): void => {
    if (file) void incoming.offerFile(file).then(show);
    else {
      incoming.offer(text);
      show();
    }
  };
  const isField = (target: EventTarget | null): boolean =>
    target instanceof Element && target.matches(TYPING);

  /** What is dragged within the page is no arrival. */
  let own = false;
  let overlay: ReturnType<typeof mount> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hide = (): void => {
    clearTimeout(timer);
    if (overlay) void unmount(overlay);
    overlay = undefined;
  };
  const takes = (event: DragEvent): DataTransfer | undefined => {
    const data = event.dataTransfer;
    if (!data || own) return undefined;
    if (data.types.includes('Files')) return data;
    return data.types.includes('text/plain') && !isField(event.target) ? data : undefined;
  };
  document.addEventListener('dragstart', () => (own = true));
  document.addEventListener('dragend', () => (own = false));
  document.addEventListener('dragover', (event) => {
    const data = takes(event);
    if (!data) {
      hide();
      return;
    }
    event.preventDefault();
    data.dropEffect = 'copy';
    overlay ??= mount(DropOverlay, {
      target: document.body,
      props: { type: data.items[0]?.type ?? '', count: data.items.length },
    });
    clearTimeout(timer);
    timer = setTimeout(hide, STILL_MS);
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hide();
  });
  document.addEventListener('drop', (event) => {
    hide();
    const data = takes(event);
    if (!data) return;
    event.preventDefault();
    open(data.files[0], data.getData('text/plain'));
  });

  document.addEventListener('paste', (event) => {
    const data = event.clipboardData;
    if (!data || event.defaultPrevented || isField(event.target)) return;
    // In a dialog only an empty field of the Load dialog waits for something.
    const dialog = document.querySelector('dialog[open]');
    if (dialog && !dialog.querySelector('textarea:placeholder-shown')) return;
    const [file] = data.files;
    const text = data.getData('text/plain');
    if (!file && !isOurs(text)) return;
    event.preventDefault();
    open(file, text);
  });
}
