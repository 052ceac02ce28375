import type { Entry } from './entry.ts';

/** How much is kept. */
export interface Bounds {
  runs: number;
  bytes: number;
}

export const BOUNDS: Readonly<Bounds> = { runs: 200, bytes: 200e6 };
/** For so long a deleted run can be brought back. */
export const UNDO_MS = 10 * 60_000;
/** Of what the browser gives the site, so that something is left for others of the same origin. */
const SHARE_OF_QUOTA = 0.5;

type Weighed = Pick<Entry, 'id' | 'starred' | 'changed' | 'deleted' | 'bytes'>;

/** The bounds where the browser gives less than ours. */
export function withinQuota(bounds: Readonly<Bounds>, quota: number | undefined): Bounds {
  const most = quota !== undefined && quota > 0 ? SHARE_OF_QUOTA * quota : Infinity;
  return { runs: bounds.runs, bytes: Math.min(bounds.bytes, most) };
}

/**
 * Which runs go, so that the others keep within the bounds: first those deleted long ago, then all that are deleted,
 * then the oldest without a star. What is open is never among them.
 *
 * @param free bytes by which the others must stay below their bound, or what must be gained where storage is full
 */
export function toSweep(
  entries: readonly Weighed[],
  bounds: Readonly<Bounds>,
  now: number,
  isOpen: (id: string) => boolean,
  free = 0,
): string[] {
  const late = entries.filter(({ deleted }) => deleted !== undefined && now - deleted > UNDO_MS);
  const rest = entries.filter((entry) => !late.includes(entry));
  const candidates = rest
    .filter(({ id, starred, deleted }) => !isOpen(id) && (!starred || deleted !== undefined))
    .sort(
      (a, b) => Number(b.deleted !== undefined) - Number(a.deleted !== undefined) || a.changed - b.changed,
    );
  let runs = rest.length;
  let bytes = rest.reduce((sum, entry) => sum + entry.bytes, 0) + free;
  const swept = late.filter(({ id }) => !isOpen(id)).map(({ id }) => id);
  for (const entry of candidates) {
    if (runs <= bounds.runs && bytes <= bounds.bytes) break;
    swept.push(entry.id);
    runs--;
    bytes -= entry.bytes;
  }
  return swept;
}

/** The oldest without a star, until so many bytes are gained: what to do when the browser itself says that it is full. */
export function toGain(
  entries: readonly Weighed[],
  bytes: number,
  now: number,
  isOpen: (id: string) => boolean,
): string[] {
  const total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return toSweep(entries, { runs: Infinity, bytes: Math.max(0, total - bytes) }, now, isOpen);
}
