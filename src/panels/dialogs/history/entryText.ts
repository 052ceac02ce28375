/** What the history says in words. */
import { labs, loadedLab } from '../../../labs/index.ts';
import { inWords } from '../../../run/kept/difference.ts';
import type { Entry } from '../../../run/kept/history.ts';
import { formatNumber, formatStep } from '../../kit/format.ts';

const NBSP = '\u00a0';
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago, as people say it. @param then,now milliseconds since 1970 */
export function ago(then: number, now: number): string {
  const past = now - then;
  const unit = UNITS.find(([, ms]) => past >= ms);
  if (!unit) return past < 10_000 ? 'just now' : 'less than a minute ago';
  // After a month the date says more.
  if (past > 30 * 86_400_000) return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' }).format(then);
  return relative.format(-Math.floor(past / unit[1]), unit[0]);
}

export const exactTime = (then: number): string => exact.format(then);

/** Bytes with a unit of thousands. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${formatNumber(Math.max(1, Math.round(bytes / 1e3)))}${NBSP}kB`;
  // Megabytes with one digit: nobody counts further.
  return `${bytes < 1e7 ? formatNumber(bytes / 1e6, 2) : formatNumber(Math.round(bytes / 1e6))}${NBSP}MB`;
}

export interface Labelled {
  label: string;
  value: string;
}

/** The final numbers of a run that the list shows: what it has of them. */
export function finalNumbers({ lab, final: { step, numbers } }: Pick<Entry, 'lab' | 'final'>): Labelled[] {
  const shown = (loadedLab(lab)?.finalNumbers ?? []).flatMap(({ label, metric, beside }): Labelled[] => {
    const [value, other] = [numbers[metric], beside && numbers[beside.metric]];
    if (value === undefined) return [];
    const compared = beside && other !== undefined ? `, ${beside.label} ${formatNumber(other)}` : '';
    return [{ label, value: formatNumber(value) + compared }];
  });
  return [{ label: 'step', value: formatStep(step) }, ...shown];
}

export const labTitle = (id: string): string => labs.find((lab) => lab.id === id)?.title ?? id;

export const presetTitle = ({ lab, preset }: Pick<Entry, 'lab' | 'preset'>): string =>
  loadedLab(lab)?.presets.find(({ id }) => id === preset)?.title ?? preset;

/** What differs, and from what. @param parent its name, where the history still has it */
export function differenceLine(entry: Entry, parent: string | undefined): string {
  const changes = inWords(entry.differs);
  const line = entry.differsFrom === 'preset' ? ofPreset() : ofParent();
  return labs.length > 1 ? `${labTitle(entry.lab)}. ${line}` : line;

  function ofPreset(): string {
    return changes === '' ? `${presetTitle(entry)}, unchanged` : `${presetTitle(entry)}: ${changes}`;
  }
  function ofParent(): string {
    const from = parent === undefined ? 'an earlier run' : `“${parent}”`;
    return changes === '' ? `As ${from}` : `From ${from}: ${changes}`;
  }
}

/** Whether all words of a search are in what the list knows of a run. */
export function matches(entry: Entry, search: string): boolean {
  const text = [
    entry.name,
    labTitle(entry.lab),
    presetTitle(entry),
    entry.preset,
    ...entry.differs,
    entry.final.status,
  ]
    .join(' ')
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${formatStep(n)} ${n === 1 ? one : many}`;
