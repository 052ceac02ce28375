import { termsIn } from '../../src/terms/loadTerms.ts';
import { registered } from '../../src/terms/registry.ts';
import type { FieldPenalty, Term } from '../../src/terms/term.ts';

const files = import.meta.glob<Readonly<Record<string, unknown>>>('../../src/terms/*.term.ts', {
  eager: true,
});

/** Every term that there is, whichever labs use it. */
export const allTerms = registered<Term>(Object.values(files).flatMap(termsIn));

export const fieldTerms = allTerms.filter((term): term is FieldPenalty => term.kind === 'field');
