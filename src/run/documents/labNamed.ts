import { isLab, loadedLab, loadLab } from '../../labs/index.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Sliced } from './slices.ts';

/** The lab that a document names, fetched where it was not loaded before; undefined where there is none. */
export function* labNamed(id: string): Sliced<Lab | undefined> {
  if (isLab(id) && !loadedLab(id)) yield loadLab(id);
  return loadedLab(id);
}
