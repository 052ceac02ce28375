/**
 * unavailable: the browser keeps nothing for this page; newer: written by a newer page; superseded: a newer page took
 * the history over while this one was open; blocked: an older page holds it; full: no room; damaged: cannot be read;
 * missing: there is no such run; refused: what was to be written could not be read again; failed: anything else.
 */
export type TroubleKind =
  'unavailable' | 'newer' | 'superseded' | 'blocked' | 'full' | 'damaged' | 'missing' | 'refused' | 'failed';

/** What is wrong with the history, as a sentence that also says what to do. */
export class HistoryError extends Error {
  override name = 'HistoryError';
  constructor(
    readonly kind: TroubleKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const SENTENCES = {
  unavailable:
    'This browser lets the page store nothing: private windows and blocked site data do that. Training works; to keep a run, export it.',
  newer:
    'The history was written by a newer version of this page. It was left as it is: reload the page to get its newest version.',
  superseded:
    'A newer version of this page was opened in another tab and has taken over the history. Reload this tab; until then nothing more of it is kept.',
  blocked:
    'Another tab with an older version of this page holds the history. Close that tab, or reload it, and try again.',
  full: 'There is no more room for runs: this one is not kept any further. Export or delete some, then train on.',
  damaged: 'The history is damaged and cannot be read. Nothing of it was changed.',
  failed: 'The history did not answer. Try again; if that does not help, reload the page.',
} as const;

export const trouble = (kind: keyof typeof SENTENCES, cause?: unknown): HistoryError =>
  new HistoryError(kind, SENTENCES[kind], cause === undefined ? undefined : { cause });

/** What browsers throw when storage fails, by name; they agree on names and not on messages. */
const KINDS: Readonly<Record<string, keyof typeof SENTENCES>> = {
  VersionError: 'newer',
  QuotaExceededError: 'full',
  SecurityError: 'unavailable',
  NotAllowedError: 'unavailable',
  NotSupportedError: 'unavailable',
  // Files on the disk that cannot be read, or stores that are not ours.
  UnknownError: 'damaged',
  DataError: 'damaged',
  NotReadableError: 'damaged',
  NotFoundError: 'damaged',
};

/** Anything thrown by storage as a sentence. @param opening whether the history was just being opened */
export function troubleOf(thrown: unknown, opening = false): HistoryError {
  if (thrown instanceof HistoryError) return thrown;
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  // Without any storage there is no `indexedDB` at all; Firefox said InvalidStateError in private windows for long.
  const none = !hasStorage() || (opening && name === 'InvalidStateError');
  return trouble(none ? 'unavailable' : (KINDS[name] ?? 'failed'), thrown);
}

/** Where site data are blocked, some browsers throw as soon as storage is mentioned. */
function hasStorage(): boolean {
  try {
    return typeof indexedDB !== 'undefined';
  } catch {
    return false;
  }
}
