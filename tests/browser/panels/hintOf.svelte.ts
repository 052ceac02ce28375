import { ReachHint } from '../../../src/panels/labs/service-mix/reach/reachHint.svelte.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';

/** A hint with the little of a run and a narrator that it needs. */
export function hintOf(): {
  hint: ReachHint;
  run: { knobs: KnobValues; loads: number };
  narrator: { waits: boolean };
  end: () => void;
} {
  const run: { knobs: KnobValues; loads: number } = $state({
    knobs: { 'model.use_logit_norm': true, 'model.logit_norm': 1, 'model.temperature': 4 },
    loads: 1,
  });
  const narrator = $state({ waits: false });
  let hint: ReachHint | undefined;
  const end = $effect.root(() => {
    hint = new ReachHint(run, narrator);
  });
  return { hint: hint as ReachHint, run, narrator, end };
}
