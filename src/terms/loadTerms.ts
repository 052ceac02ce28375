import { registered } from './registry.ts';
import type { Term } from './term.ts';

/** Every term by its file, fetched when it is asked for. */
const files = import.meta.glob<Readonly<Record<string, unknown>>>('./*.term.ts');

/** A term `label_smoothing` stands in `labelSmoothing.term.ts`. */
const fileOf = (id: string): string =>
  `./${id.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())}.term.ts`;

/**
 * Makes terms known by their ids where a plan came without its lab. An id without a file is passed over: the head names
 * it when it looks for the term.
 */
export async function loadTerms(ids: readonly string[]): Promise<readonly Term[]> {
  const loaded = await Promise.all(ids.map(async (id) => termsIn((await files[fileOf(id)]?.()) ?? {})));
  return registered(loaded.flat());
}

/** The terms that a file exports. */
export const termsIn = (file: Readonly<Record<string, unknown>>): Term[] =>
  Object.values(file).filter(isTerm);

const isTerm = (value: unknown): value is Term =>
  typeof value === 'object' && value !== null && 'kind' in value && 'expression' in value && 'knobs' in value;
