import type { Lab } from './lab.ts';
import { serviceMix } from './service-mix/index.ts';

export const labs: readonly Lab[] = [serviceMix];

/** A lab by its id. @throws with the known ids when there is none */
export function labById(id: string): Lab {
  const found = labs.find((lab) => lab.id === id);
  if (!found) throw new Error(`There is no lab "${id}". Known: ${labs.map((lab) => lab.id).join(', ')}.`);
  return found;
}
