import type { Term } from './term.ts';

/** Terms by id. A lab's list of terms puts them here when it is loaded; `loadTerms.ts` does so where no lab is. */
const known = new Map<string, Term>();

/** Makes terms known by their ids. @returns the same terms */
export function registered<T extends Term>(terms: readonly T[]): readonly T[] {
  for (const term of terms) known.set(term.id, term);
  return terms;
}

/** A term by its id. @throws when no term of this id is loaded */
export function term(id: string): Term {
  const found = known.get(id);
  if (!found) throw new Error(`There is no term "${id}".`);
  return found;
}

/** A term by its id, of one of the kinds that a head takes. @throws when it is not loaded, or of another kind */
export function termOf<K extends Term['kind']>(
  id: string,
  kinds: readonly K[],
  head: string,
): Extract<Term, { kind: K }> {
  const found = term(id);
  if (!(kinds as readonly string[]).includes(found.kind))
    throw new Error(`The term "${id}" does not fit a ${head} head.`);
  return found as Extract<Term, { kind: K }>;
}
