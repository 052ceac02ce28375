/** What a text would load, without loading it. */
import type { RunLog } from '../../engine/protocol.ts';
import type { Lab, Problem } from '../../labs/lab.ts';
import type { Knob, KnobValue, KnobValues } from '../../terms/knob.ts';
import { ConfigError } from './config.ts';
import { formatOf, requestFor, type Format } from './recognize.ts';
import { resolveRequest } from './request.ts';

/** The run on the page, as far as a text can differ from it. */
export interface Shown {
  lab: Lab;
  preset: string;
  seed: number;
  knobs: KnobValues;
}

export interface Preview {
  format: Format;
  /** What was or would be repaired, or why nothing can be loaded; by line where they have one. */
  problems: readonly Problem[];
  /** Absent where the text cannot be loaded. */
  run?: { log: RunLog; lab: Lab };
  /** Knobs that will differ from what is on the page now. */
  changes: readonly { knob: Knob; from: KnobValue | undefined; to: KnobValue }[];
}

/** Never throws. */
export async function previewOf(text: string, shown: Shown): Promise<Preview> {
  const format = formatOf(text);
  try {
    const { lab, preset, seed } = shown;
    const { problems, ...run } = await resolveRequest(requestFor(text), {
      lab,
      preset,
      seed,
      executor: undefined,
    });
    const changes = run.lab.knobs.flatMap((knob) => {
      const [from, to] = [shown.knobs[knob.key], run.log.knobs[knob.key]];
      return to === undefined || to === from ? [] : [{ knob, from, to }];
    });
    return { format, problems: inOrder(problems), run, changes };
  } catch (thrown) {
    const problems =
      thrown instanceof ConfigError
        ? thrown.problems
        : [{ key: '', text: thrown instanceof Error ? thrown.message : String(thrown) }];
    return { format, problems: inOrder(problems), changes: [] };
  }
}

/** As they stand in the document; those without a line first. */
const inOrder = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
