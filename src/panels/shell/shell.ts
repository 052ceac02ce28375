import type { DialogName } from '../dialogs/names.ts';

/** What the bars can ask of the shell. */
export interface Shell {
  theme: Theme;
  /** Told what did not work, as a sentence. */
  fail: (message: string) => void;
  setTheme: (theme: Theme) => void;
  nextTheme: () => void;
  toggle: () => void;
  step: () => void;
  reset: () => void;
  undo: () => void;
  redo: () => void;
  show: (dialog: DialogName) => void;
}

export type Theme = 'system' | 'light' | 'dark';

/** Why the run controls do not answer; empty where they do. */
export const waitingFor = (phase: 'starting' | 'loading' | 'ready' | 'dead'): string =>
  ({
    starting: 'The trainer is loading.',
    loading: 'The run is being made.',
    ready: '',
    dead: 'There is no trainer.',
  })[phase];
