import type { Kept } from '../../../engine/protocol.ts';

export interface OfflineFacts {
  /** A built page, not one that is being developed. */
  built: boolean;
  /** The address is one from which browsers keep pages: https, or this very machine. */
  secure: boolean;
  supported: boolean;
  /** A version is being fetched. */
  fetching: boolean;
  /** Why the last try failed; empty where it did not. */
  failure: string;
  /** What is kept; absent where nobody keeps anything. */
  kept: Kept | undefined;
}

/** Whether the page works without a connection, and why not where it does not. */
export function offlineWords({ built, secure, supported, fetching, failure, kept }: OfflineFacts): {
  works: boolean;
  text: string;
} {
  const no = (text: string): ReturnType<typeof offlineWords> => ({ works: false, text });
  if (!built) return no('No: only the built page is kept for use without a connection, not this one.');
  if (!secure)
    return no(
      'No: browsers keep a page only where its address begins with https:// or is this very machine.',
    );
  if (!supported)
    return no('No: this browser keeps no pages; in a private window some browsers keep none either.');
  if (kept?.kept === kept?.of && kept)
    return {
      works: true,
      text: 'Works offline: the browser has kept all parts of this page. Only a new version needs a connection.',
    };
  const missing = kept ? ` ${String(kept.of - kept.kept)} of ${String(kept.of)} parts are missing.` : '';
  if (fetching) return no('Not yet: the parts of this page are being fetched to be kept.');
  if (failure) return no(`Not yet. ${failure} The next visit tries again.`);
  return no(`Not yet.${missing} With a connection, the next visit fetches what is missing.`);
}
