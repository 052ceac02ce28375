import type { Datasets, Samples } from '../executor.ts';
import { classes, parameterLayout, type Plan } from '../plan.ts';
import { splitMembers } from './shares.ts';

/**
 * Copies of a state that there are at the same time at most: when hosts are opened, what the caller has, the
 * checkpoint, the message on its way, and what the executor trains.
 */
const COPIES = 4;
const F64 = 8;

/** Members that see the same data. */
export interface DataGroup {
  plan: Plan;
  data: Datasets;
  members: number;
}

/** There is not, or was not, enough memory. Its message can be shown. */
export class OutOfMemory extends Error {
  override name = 'OutOfMemory';
}

/**
 * Bytes that training these members side by side takes at most: states in f64 (parameters and two moments), predictions
 * as they come back from the hosts and put together, and the data, of which every host has its own copy.
 */
export function memoryNeeded(groups: readonly DataGroup[], hosts: number): number {
  const shares = splitMembers(
    groups.map(({ members }) => members),
    hosts,
  ).flat();
  const states = groups.reduce((sum, group) => sum + group.members * bytesOfMember(group), 0);
  const data = shares.reduce((sum, { group }) => sum + bytesOfData((groups[group] as DataGroup).data), 0);
  return states + data;
}

const bytesOfMember = ({ plan, data }: DataGroup): number => {
  const rows = Math.max(data.validation.rows, data.stage.rows);
  return COPIES * 3 * parameterLayout(plan).count * F64 + 2 * rows * classes(plan) * F64;
};

const bytesOfData = (data: Datasets): number =>
  [data.train, data.validation, data.stage].reduce(
    (sum, { features, targets }: Samples) => sum + features.byteLength + (targets?.byteLength ?? 0),
    0,
  );

/**
 * To be asked before anything is allocated.
 *
 * @param available bytes
 * @throws OutOfMemory how much is needed, how much there is, and what to do
 */
export function checkMemory(groups: readonly DataGroup[], hosts: number, available: number): void {
  const needed = memoryNeeded(groups, hosts);
  if (needed <= available) return;
  const members = groups.reduce((sum, group) => sum + group.members, 0);
  const largest = Math.max(...groups.map(bytesOfMember));
  const rest = needed - groups.reduce((sum, group) => sum + group.members * bytesOfMember(group), 0);
  const fitting = Math.max(0, Math.floor((available - rest) / largest));
  const parameters = Math.max(...groups.map(({ plan }) => parameterLayout(plan).count));
  throw new OutOfMemory(
    `${models(members)} of ${parameters.toLocaleString('en')} parameters each need ${size(needed)} of memory, and there are ${size(available)}. ` +
      (fitting > 0
        ? `Train at most ${fitting.toLocaleString('en')} at once, or make the layers narrower.`
        : 'Make the layers narrower.'),
  );
}

/** Allocation itself failed: in words, with what the browser said. */
export function outOfMemory(members: number, plan: Plan, detail: string): OutOfMemory {
  const { count } = parameterLayout(plan);
  const state = 3 * count * F64 * members;
  return new OutOfMemory(
    `The browser gave no more memory (${detail}). The states of ${models(members)} of ${count.toLocaleString('en')} parameters each take ${size(state)} by themselves, and training holds up to ${COPIES} copies. Train fewer at once, make the layers narrower, or close other pages.`,
  );
}

/** Whether an error, from here or from a worker, says that memory could not be had. */
export const saysNoMemory = (error: unknown): error is Error =>
  error instanceof Error &&
  (error.name === 'RangeError' || error.name === 'InternalError') &&
  /alloc|memory|(array|buffer) length|too large/i.test(error.message);

const models = (count: number): string => (count === 1 ? '1 model' : `${count.toLocaleString('en')} models`);

/** In the unit that reads best, in powers of 1000. */
function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** unit;
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 })} ${units[unit] ?? ''}`;
}
