import { flushSync, mount, unmount } from 'svelte';
import type { Entry } from './glossary.ts';
import WordNote from './WordNote.svelte';

/** Puts a note about a word behind its button, which opens and closes it from then on, and opens it. @returns what removes it */
export function openNote(button: HTMLButtonElement, entry: Entry): () => void {
  const parent = button.parentElement;
  if (!parent) throw new Error('The word is not on the page.');
  const note = mount(WordNote, {
    target: parent,
    ...(button.nextSibling && { anchor: button.nextSibling }),
    props: {
      button,
      entry,
      onelement: (element: HTMLElement) => (button.popoverTargetElement = element),
    },
  });
  flushSync();
  button.click();
  return () => void unmount(note);
}
