import type { Component } from 'svelte';
import type { Run } from '../../run/run.svelte.ts';

/** A dialog of its own chunk: loaded when it is asked for, for most visits need none. */
type Load = () => Promise<{ default: Component<{ run: Run; onclose: () => void }> }>;

export const DIALOGS = {
  history: () => import('./history/HistoryDialog.svelte'),
  load: () => import('./load/LoadDialog.svelte'),
  export: () => import('./export/ExportDialog.svelte'),
  share: () => import('./share/ShareDialog.svelte'),
  doctor: () => import('./doctor/DoctorDialog.svelte'),
  claims: () => import('./ClaimsDialog.svelte'),
  help: () => import('./HelpDialog.svelte'),
} satisfies Record<string, Load>;

export type DialogName = keyof typeof DIALOGS;
