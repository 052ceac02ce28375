import type { KnobValues } from '../terms/knob.ts';
import type { Task } from './task.ts';

/**
 * Holds moved knobs against the run that they are moved in.
 *
 * @param now knobs as they are in force
 * @throws Error that names each key that is unknown or restarts a run, and each value that its knob cannot have
 */
export function checkMoves(task: Pick<Task, 'plan' | 'numeric'>, now: KnobValues, changes: KnobValues): void {
  if (typeof changes !== 'object' || (changes as unknown) === null || Array.isArray(changes))
    throw new Error('Moved knobs are given as an object, such as { "model.temperature": 1 }.');
  const wrong = Object.entries(changes).flatMap(([key, value]) => {
    if (!Object.hasOwn(now, key)) return [`There is no knob ${key.slice(0, 80)}.`];
    if (!task.plan.knobs.includes(key))
      return [`${key} restarts a run and cannot move within one; load a run with it.`];
    return isValue(task, now, key, value)
      ? []
      : [`${key} cannot be ${String(value).slice(0, 60)}; it was ${String(now[key])}.`];
  });
  if (wrong.length > 0) throw new Error(wrong.join(' '));
}

function isValue(task: Pick<Task, 'numeric'>, now: KnobValues, key: string, value: unknown): boolean {
  if (typeof value !== typeof now[key] || (typeof value === 'number' && !Number.isFinite(value)))
    return false;
  try {
    // A choice is the position of its option, and -1 where it has no such option.
    const number = task.numeric({ ...now, [key]: value as KnobValues[string] }, key);
    return typeof value === 'string' ? number >= 0 : !Number.isNaN(number);
  } catch {
    return false;
  }
}
