import type { Lab } from './lab.ts';
import { about as serviceMix } from './service-mix/about.ts';

/** What the page knows of a lab before it is opened. */
interface LabEntry {
  id: string;
  title: string;
  /** One sentence: the symptom that it shows. */
  text: string;
  load: () => Promise<Lab>;
}

const entries = [
  { ...serviceMix, load: async () => (await import('./service-mix/index.ts')).serviceMix },
] as const satisfies readonly LabEntry[];

export type LabId = (typeof entries)[number]['id'];

/** All labs, in the order in which they are offered. */
export const labs: readonly (LabEntry & { id: LabId })[] = entries;

/** The lab that opens where nothing else is asked for. */
export const firstLab: LabId = entries[0].id;

/** The entry of an id, whatever it may be. */
const entryOf = (id: unknown): LabEntry | undefined => {
  const all: readonly LabEntry[] = labs;
  return all.find((lab) => lab.id === id);
};

const loaded = new Map<string, Lab>();

export const isLab = (id: unknown): id is LabId => entryOf(id) !== undefined;

/** @throws Error with the known ids where there is no such lab */
export function checkLab(id: string): asserts id is LabId {
  if (!isLab(id)) throw new Error(`There is no lab “${id}”. Known: ${labs.map((lab) => lab.id).join(', ')}.`);
}

/** The declaration of a lab. @throws Error where there is no such lab, or it could not be fetched */
export async function loadLab(id: string): Promise<Lab> {
  checkLab(id);
  const there = loaded.get(id);
  if (there) return there;
  const entry = entryOf(id) as LabEntry;
  const lab = await entry.load().catch(() => {
    throw new Error(
      `The lab ${entry.title} could not be loaded. Check the connection, then try again or reload.`,
    );
  });
  loaded.set(id, lab);
  return lab;
}

/** The declaration of a lab that was loaded before; undefined where none was. */
export const loadedLab = (id: string): Lab | undefined => loaded.get(id);
