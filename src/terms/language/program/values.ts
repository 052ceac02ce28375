import { sameAxes, unionAxes, type Axis } from '../expression.ts';
import type { ArrayOf, HostNumber } from './instructions.ts';

/** A value while the program is made. Axes that it lacks are broadcast. */
export type Value = Host | Computed;

/** A number that the host works out. */
export interface Host {
  kind: 'host';
  value: HostNumber;
  axes: readonly Axis[];
}

/** What instructions work out. */
export interface Computed {
  kind: 'array';
  axes: readonly Axis[];
  array: ArrayOf;
  /** Depends on a sum over the batch. */
  late: boolean;
}

export const NO_AXES: readonly Axis[] = [];

export const lateOf = (values: readonly Value[]): boolean => values.some((x) => x.kind === 'array' && x.late);

/** The axes over which a result of these values varies. */
export function unionOf(values: readonly Value[]): readonly Axis[] {
  const found = values.filter((x) => x.kind === 'array').map(({ axes }) => axes);
  const first = found[0] ?? NO_AXES;
  return found.every((axes) => sameAxes(axes, first)) ? first : unionAxes(...found);
}
