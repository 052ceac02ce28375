import type { Attachment } from 'svelte/attachments';
import type { Rove } from './rove.ts';

/** {@link rove}, which is not waited for: until it is there, each button is a stop of its own. */
export const roving =
  (options: Rove = {}): Attachment<HTMLElement> =>
  (bar) => {
    let stop: (() => void) | undefined;
    let gone = false;
    import('./rove.ts').then(
      ({ rove }) => {
        if (!gone) stop = rove(bar, options);
      },
      () => undefined,
    );
    return () => {
      gone = true;
      stop?.();
    };
  };
