/**
 * What shaders are bound to, by name. Two sets, each within the eight storage buffers that every device has: `network`
 * for the passes through the model, `closing` for what ends a step.
 */

/** Words of the uniform `span`, in this order; the device wants them 256 bytes apart. */
export const SPAN_WORDS = ['member', 'base', 'stride', 'pitch', 'rows', 'lists', 'steps', 'members'] as const;
export type Span = Record<(typeof SPAN_WORDS)[number], number>;
export const SPAN_BYTES = 256;

export const SETS = {
  network: ['features', 'targets', 'batch', 'parameters', 'work', 'numbers', 'control'],
  closing: ['parameters', 'moments', 'work', 'numbers', 'control', 'rates', 'report'],
} as const;
export type SetName = keyof typeof SETS;
export type BufferName = (typeof SETS)[SetName][number];

/** Buffers that a pass of the set writes; the others it can only read. */
export const WRITTEN: Readonly<Record<SetName, readonly BufferName[]>> = {
  network: ['work'],
  closing: ['parameters', 'moments', 'work', 'control', 'report'],
};

/** Numbers of a member that the host works out: those of the optimizer, then those of the head. */
export const NUMBERS = {
  kind: 0,
  decay: 1,
  /** 1 − β₁, or the momentum of SGD. */
  first: 2,
  second: 3,
  eps: 4,
  clip: 5,
  head: 8,
} as const;

/** Words of a member in `control`, after the step counters of all members. */
export const CONTROL = { stopped: 0, clip: 1, rate: 2, root: 3, shrink: 4, words: 8 } as const;

/** Invocations of a workgroup in passes whose invocations do not meet. */
export const GROUP = 64;

/** The number types of each buffer as a shader sees it. */
export type Views = Partial<Record<BufferName, 'f32' | 'u32' | 'vec4f'>>;

/** Declarations of the buffers that a shader of a set uses. */
export function declare(set: SetName, views: Views): string {
  const names: readonly BufferName[] = SETS[set];
  const buffers = names.flatMap((name, i) => {
    const type = views[name];
    const access = WRITTEN[set].includes(name) ? 'read_write' : 'read';
    return type
      ? [`@group(0) @binding(${String(i + 1)}) var<storage, ${access}> ${name}: array<${type}>;`]
      : [];
  });
  return `
struct Span { ${SPAN_WORDS.map((word) => `${word}: u32`).join(', ')} }
@group(0) @binding(0) var<uniform> span: Span;
${buffers.join('\n')}
`;
}

/** WGSL: position in the samples of a row of the batch of this step; rows that only fill a quad repeat the last one. */
export const SAMPLE_OF = /* wgsl */ `
fn sampleOf(member: u32, row: u32) -> u32 {
  let list = span.lists * member * span.steps;
  return batch[(list + control[member]) * span.rows + min(row, span.rows - 1u)];
}
`;
