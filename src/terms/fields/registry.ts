import type { FieldPenalty } from '../term.ts';

/**
 * Every file named `*.term.ts` in this folder: to add a term of images is to add such a file. Apart from the terms of
 * classifiers, which the first load of the page carries: labs of images are loaded when they are opened.
 */
const files = import.meta.glob<Readonly<Record<string, FieldPenalty>>>('./*.term.ts', { eager: true });

const isTerm = (value: unknown): value is FieldPenalty =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'field';

export const fieldTerms: readonly FieldPenalty[] = Object.values(files)
  .flatMap((file) => Object.values(file).filter(isTerm))
  .sort((a, b) => a.order - b.order || a.id.localeCompare(b.id));

/** A term of images by its id. @throws when no file declares it */
export function fieldTerm(id: string): FieldPenalty {
  const found = fieldTerms.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`There is no term of images "${id}".`);
  return found;
}
