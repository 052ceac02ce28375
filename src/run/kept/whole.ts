import * as v from 'valibot';
import type { KeptRun } from '../../engine/protocol.ts';
import type { Lab } from '../../labs/lab.ts';
import type { KnobValues } from '../../terms/knob.ts';
import { checkKnobs } from '../documents/config.ts';
import { eventsIn } from '../documents/events.ts';
import { labNamed } from '../documents/labNamed.ts';
import { executor, log, progress, step } from './keptShape.ts';
import { floats, texts, values } from '../documents/shapes.ts';
import type { Sliced } from '../documents/slices.ts';

const MAX_COLUMNS = 256;

const wholeSchema = v.object({
  log,
  saved: v.looseObject({ step, executor, knobs: values, parameters: floats, moments: floats, progress }),
  series: v.object({ columns: texts(MAX_COLUMNS, 80), values: floats }),
});

/**
 * A run that is stored, or is to be, held against its form and its lab: the run, or what is wrong with it as a sentence.
 * Nothing here bounds how long a run was trained or how much was done in it. Never throws.
 */
export function* checkWhole(given: unknown): Sliced<{ run: KeptRun } | { wrong: string }> {
  const parsed = v.safeParse(wholeSchema, given);
  if (!parsed.success) return { wrong: said(parsed.issues[0]) };
  const { log, saved, series } = parsed.output;
  const { executor: pinned, free, ...rest } = log;
  const run: KeptRun = {
    log: { ...rest, ...(pinned && { executor: pinned }), ...(free && { free }) },
    saved,
    series,
  };
  const lab = yield* labNamed(run.log.lab);
  if (!lab) return { wrong: `This page has no lab “${run.log.lab}”.` };
  const events = yield* eventsIn(lab, run.log.events);
  const wrong = knobsWrong(lab, run) ?? events.problems[0]?.text ?? numbersWrong(run) ?? rowsWrong(run);
  return wrong === undefined ? { run } : { wrong };
}

/** Which part of a record is not as it should be, in words. */
export function said(issue: v.BaseIssue<unknown> | undefined): string {
  const path = issue?.path?.map(({ key }) => String(key).slice(0, 40)).join('.');
  return path ? `Its part “${path}” is missing or not what it should be.` : 'It is no record of a run.';
}

function knobsWrong(lab: Lab, { log, saved }: KeptRun): string | undefined {
  const wrong = (knobs: KnobValues): string | undefined => checkKnobs(lab, knobs, knobs).problems[0]?.text;
  return wrong(log.knobs) ?? wrong(saved.knobs);
}

function numbersWrong({ saved }: KeptRun): string | undefined {
  const { parameters, moments, progress } = saved;
  if (parameters.length === 0) return 'It has 0 parameters, and a run has at least one.';
  if (moments.length !== 2 * parameters.length)
    return `It has ${String(moments.length)} moments for ${String(parameters.length)} parameters, and needs two for each.`;
  // A run that diverged stands on what made it diverge. The step before, its numbers may have grown beyond all bounds.
  if (progress.status === 'ok' && [parameters, moments].some(hasNaN))
    return 'Some of its parameters or moments are no numbers.';
  return undefined;
}

/** A loop of its own: this is asked of millions of numbers at each write. */
function hasNaN(numbers: Float64Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (Number.isNaN(numbers[i])) return true;
  return false;
}

function rowsWrong({ saved, series: { columns, values: recorded } }: KeptRun): string | undefined {
  if (columns.length === 0)
    return recorded.length === 0 && saved.progress.rows === 0 ? undefined : 'Its curves have no names.';
  if (new Set(columns).size < columns.length) return 'Two of its curves have the same name.';
  const step = columns.indexOf('step');
  if (step < 0) return 'Its curves have no steps.';
  if (recorded.length % columns.length !== 0) return 'The last row of its curves is cut off.';
  if (recorded.length / columns.length !== saved.progress.rows)
    return `It has ${String(recorded.length / columns.length)} rows of curves, and its state speaks of ${String(saved.progress.rows)}.`;
  let before = -1;
  for (let i = step; i < recorded.length; i += columns.length) {
    const at = recorded[i] as number;
    if (!Number.isInteger(at) || at < before || at > saved.step)
      return 'The steps of its curves are out of order.';
    before = at;
  }
  return undefined;
}
