import type { LogitTransform, Penalty, TargetTransform, Term } from './term.ts';

/** Every file named `*.term.ts` beside this one: to add a term is to add such a file. */
const files = import.meta.glob<Readonly<Record<string, Term>>>('./*.term.ts', { eager: true });

const isTerm = (value: unknown): value is Term =>
  typeof value === 'object' && value !== null && 'kind' in value && 'labs' in value;

export const terms: readonly Term[] = Object.values(files)
  .flatMap((file) => Object.values(file).filter(isTerm))
  .sort((a, b) => a.order - b.order || a.id.localeCompare(b.id));

/** The terms of a lab, in order. */
export const termsOf = (lab: string): Term[] => terms.filter((term) => term.labs.includes(lab));

/** A term by its id. @throws when no file declares it */
export function term(id: string): Term {
  const found = terms.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`There is no term "${id}".`);
  return found;
}

export const isPenalty = (x: Term): x is Penalty => x.kind === 'penalty';
export const isLogitTransform = (x: Term): x is LogitTransform => x.kind === 'logits';
export const isTargetTransform = (x: Term): x is TargetTransform => x.kind === 'target';
