import { NoKernel } from '../../terms/language/program.ts';
import type { ExecutorSetup } from '../executor.ts';
import type { Plan } from '../plan.ts';
import type { Pass } from './dispatches.ts';
import type { Gpu } from './gpu.ts';
import { layoutOf, type Layout } from './layout.ts';
import { Kept } from './pipelines.ts';
import { headShader } from './shaders/head.ts';
import type { HeadShader } from './shaders/headShader.ts';
import { partsOf, stepOf, tileOf, type Step } from './shaders/passes.ts';
import type { PassSource } from './shaders/passSource.ts';
import { BETWEEN, type HeadPlace, type HeadRunner } from './steps.ts';

/** A plan with all its pipelines. */
export interface Compiled {
  layout: Layout;
  step: Step;
  forward: readonly Pass[];
  rest: readonly Pass[];
  /** Where the head is no pass: makes what acts between the passes. */
  runner: ((place: HeadPlace) => HeadRunner) | undefined;
}

/**
 * @param head `tfjs` makes the head of tfjs operations though there is a kernel; else they stand in where there is none
 * @throws Error with a sentence where the head wants tfjs and there is none
 * @throws ExecutorLost where the device is gone
 */
export async function compilePlan(
  gpu: Gpu,
  { plan, members }: Pick<ExecutorSetup, 'plan' | 'members'>,
  head: 'tfjs' | undefined,
): Promise<Compiled> {
  const layout = layoutOf(plan);
  const { software } = gpu.adapter;
  const parts = partsOf(layout, software);
  const { shader, runner } = await headOf(gpu, plan, layout, parts, head);
  const step = stepOf(layout, parts, tileOf(layout, plan.batchSize, members, software), shader);
  const kept = Kept.of(gpu.device);
  const compile = (sources: readonly PassSource[]): Promise<Pass[]> =>
    Promise.all(
      sources.map(async (source) => ({
        ...source,
        pipeline: await kept.pipeline(source.set, source.label, source.code),
      })),
    );
  const [forward, rest] = await gpu.finish(Promise.all([compile(step.forward), compile(step.rest)]));
  return { layout, step, forward, rest, runner };
}

async function headOf(
  gpu: Gpu,
  plan: Plan,
  layout: Layout,
  parts: number,
  wanted: 'tfjs' | undefined,
): Promise<{ shader: HeadShader; runner: Compiled['runner'] }> {
  const { tfjs } = gpu;
  if (wanted === undefined)
    try {
      return { shader: headShader(plan, layout, parts), runner: undefined };
    } catch (error) {
      if (!(error instanceof NoKernel && tfjs)) throw error;
    }
  if (!tfjs) throw new Error('A head of tfjs operations needs tfjs on the same device.');
  // Fetched when it is needed: few heads want it.
  const { TfjsHead } = await import('./tfjsHead.ts');
  return { shader: BETWEEN, runner: (place) => new TfjsHead(gpu, tfjs, plan, place) };
}
