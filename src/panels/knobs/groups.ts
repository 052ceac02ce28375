import type { Knob } from '../../terms/knob.ts';
import type { Term } from '../../terms/term.ts';

export interface KnobGroup {
  /** Prefix of its keys. */
  id: string;
  title: string;
  knobs: readonly Knob[];
}

/**
 * Knobs by the prefix of their keys, as the panel shows them: what acts at once comes before what restarts the run,
 * among groups as among the knobs of one.
 */
export function groupsOf(knobs: readonly Knob[]): KnobGroup[] {
  const byPrefix = new Map<string, Knob[]>();
  for (const knob of knobs) {
    const prefix = knob.key.split('.')[0] ?? '';
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), knob]);
  }
  return [...byPrefix]
    .map(([id, members]) => ({
      id,
      title: id.charAt(0).toUpperCase() + id.slice(1),
      knobs: liveFirst(members, ({ live }) => live),
    }))
    .reduce<KnobGroup[]>(
      (all, group) => liveFirst([...all, group], (g) => g.knobs.some(({ live }) => live)),
      [],
    );
}

const liveFirst = <T>(items: readonly T[], live: (item: T) => boolean): T[] => [
  ...items.filter(live),
  ...items.filter((item) => !live(item)),
];

export interface Owner {
  term: Term;
  /** Whether the knob is the term's first: the one that says how much of it there is. */
  first: boolean;
}

/** The term that declares each knob, by key. */
export function ownersOf(terms: readonly Term[]): ReadonlyMap<string, Owner> {
  return new Map(
    terms.flatMap((term) => term.knobs.map(({ key }, i): [string, Owner] => [key, { term, first: i === 0 }])),
  );
}
