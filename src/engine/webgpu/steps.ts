import type { Dispatch } from './dispatches.ts';
import type { Layout } from './layout.ts';
import { GROUP, type SetName } from './shaders/bindings.ts';
import type { HeadShader } from './shaders/headShader.ts';
import type { DeviceSet } from './tensors.ts';

export type Bound = Partial<Record<SetName, GPUBindGroup>>;

/** For the passes around a head that is none itself: its total comes as one number, in a column of its own. */
export const BETWEEN: HeadShader = {
  code: undefined,
  over: 'members',
  sums: 1,
  scratch: 0,
  group: GROUP,
  total: 'let loss = sum0;',
  scalars: [],
};

/** Where logits come from and derivatives go. */
export interface HeadPlace {
  layout: Layout;
  train: DeviceSet;
  work: GPUBuffer;
  /** Quads of a feature. */
  stride: number;
  /** Quads of a member's work space, and members for which there is one. */
  pitch: number;
  atOnce: number;
}

/** Does what no kernel does between the passes before it and those after it. */
export interface HeadRunner {
  /** Values by key, for each member, from the next step on. */
  setKnobs: (knobs: readonly ReadonlyMap<string, number>[]) => void;
  /** Told before each chunk where the batches lie, `[lists, steps, batch]`. */
  begin: (batches: Batches) => Promise<void>;
  /**
   * Asks the device for a step's derivatives by the logits and losses, of members `first` … whose logits lie in the work
   * space. Everything before it is already asked for, and everything after it comes after.
   */
  run: (step: number, first: number, count: number) => void;
  /** Tensors that it holds. */
  readonly tensors: number;
  dispose: () => void;
}

export interface Batches {
  buffer: GPUBuffer;
  steps: number;
  lists: number;
}

/** The calls of the device for one lot of members that go side by side. */
export interface Lot {
  first: number;
  count: number;
  /** All passes of a step; cut in two where somebody else makes the head. */
  parts: readonly (readonly Dispatch[])[];
}

/** Asks for calls, one after the other, with one submission. */
export function submit(
  device: GPUDevice,
  bound: Bound,
  dispatches: readonly (readonly Dispatch[])[],
  times = 1,
): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const some of dispatches) for (let i = 0; i < times; i++) run(pass, some, bound);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** Asks for steps `from` … of all members. */
export function submitSteps(
  device: GPUDevice,
  bound: Bound,
  lots: readonly Lot[],
  head: HeadRunner | undefined,
  from: number,
  count: number,
): void {
  if (!head) {
    submit(
      device,
      bound,
      lots.flatMap(({ parts }) => parts),
      count,
    );
    return;
  }
  for (const { first, count: members, parts } of lots)
    for (let step = from; step < from + count; step++)
      parts.forEach((dispatches, i) => {
        if (i > 0) head.run(step, first, members);
        submit(device, bound, [dispatches]);
      });
}

function run(pass: GPUComputePassEncoder, dispatches: readonly Dispatch[], bound: Bound): void {
  let [set, span]: [SetName | undefined, number] = [undefined, -1];
  for (const dispatch of dispatches) {
    if (dispatch.set !== set || dispatch.span !== span) {
      ({ set, span } = dispatch);
      pass.setBindGroup(0, bound[set], [span]);
    }
    pass.setPipeline(dispatch.pipeline);
    pass.dispatchWorkgroups(dispatch.groups, 1, dispatch.members);
  }
}
