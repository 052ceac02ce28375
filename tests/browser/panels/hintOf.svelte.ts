import { ReachHint } from '../../../src/panels/labs/service-mix/reach/reachHint.svelte.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';

/** A hint with the little of a run and a narrator that it needs. */
export function hintOf(): {
  hint: ReachHint;
  run: { knobs: KnobValues; labels: readonly string[] };
  narrator: { waits: boolean };
  end: () => void;
} {
  const run: { knobs: KnobValues; labels: readonly string[] } = $state({
    knobs: { 'model.use_logit_norm': true, 'model.logit_norm': 1, 'model.temperature': 4 },
    labels: ['a', 'b', 'c'],
  });
  const narrator = $state({ waits: false });
  let hint: ReachHint | undefined;
  const end = $effect.root(() => {
    hint = new ReachHint(run, narrator);
  });
  return { hint: hint as ReachHint, run, narrator, end };
}
