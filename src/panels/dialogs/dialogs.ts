import type { Component } from 'svelte';
import type { Run } from '../../run/run.svelte.ts';
import type { DialogName } from './names.ts';

/** A dialog of its own chunk: loaded when it is asked for, for most visits need none. */
type Load = () => Promise<{ default: Component<{ run: Run; onclose: () => void }> }>;

export const DIALOGS: Readonly<Record<DialogName, Load>> = {
  history: () => import('./history/HistoryDialog.svelte'),
  load: () => import('./load/LoadDialog.svelte'),
  export: () => import('./export/ExportDialog.svelte'),
  share: () => import('./share/ShareDialog.svelte'),
  doctor: () => import('./doctor/DoctorDialog.svelte'),
  claims: () => import('./ClaimsDialog.svelte'),
  help: () => import('./HelpDialog.svelte'),
};

/** Gives the focus back when a dialog has closed, where the browser could not. @param opener what had it before */
export function giveBack(opener: Element | null): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  // It was opened from a menu that is closed by now; the last of its buttons is the one that it belongs to.
  const menu = opener?.closest('[popover]');
  const back = menu ? [...document.querySelectorAll(`[popovertarget="${menu.id}"]`)].at(-1) : opener;
  if (back instanceof HTMLElement) back.focus();
}
