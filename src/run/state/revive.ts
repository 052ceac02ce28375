import type { KeptRun, RunEvent } from '../../engine/protocol.ts';
import type { Lab } from '../../labs/lab.ts';
import { presetKnobs } from '../../labs/lab.ts';
import type { KnobValues } from '../../terms/knob.ts';

/** A run from before some knob was made has its default. */
export function withDefaults(run: KeptRun, lab: Lab): KeptRun {
  const whole = (knobs: KnobValues): KnobValues => ({ ...presetKnobs(lab, run.log.preset), ...knobs });
  return {
    ...run,
    log: { ...run.log, knobs: whole(run.log.knobs) },
    saved: { ...run.saved, knobs: whole(run.saved.knobs) },
  };
}

/**
 * A run that goes on in another worker, because its own died: where it was trained on a GPU, that may be what killed it,
 * so that the processor goes on, as an event of its log.
 */
export function revived({ log, saved, series }: KeptRun): KeptRun {
  if (!saved.executor.endsWith('webgpu')) return { log, saved, series };
  const { step } = saved;
  const handOver: RunEvent = { step, key: 'executor', value: 'wasm' };
  const events = log.events.filter((event) => event.key !== 'executor' || event.step < step);
  const place = events.findIndex((event) => event.step > step);
  events.splice(place < 0 ? events.length : place, 0, handOver);
  return { log: { ...log, events }, saved: { ...saved, executor: 'wasm' }, series };
}
