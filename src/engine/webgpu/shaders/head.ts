import { gradient } from '../../../terms/language/gradient.ts';
import {
  program,
  type ArrayOf,
  type Instruction,
  type Operand,
  type Program,
  type ScalarOf,
} from '../../../terms/language/program.ts';
import { headExpressions } from '../../../terms/head.ts';
import type { Block, Layout } from '../layout.ts';
import { classes, type Plan } from '../../plan.ts';
import { declare, GROUP, SAMPLE_OF } from './bindings.ts';
import type { HeadShader } from './headShader.ts';
import { loops } from './loops.ts';
import { MATH } from './math.ts';
import { numbersPerMember, readScalars, scalarText, unrolled, variable } from './program.ts';

/** Above so many statements a head is run in loops over memory. */
const MOST_STATEMENTS = 3000;
/** Sums over the batch that the end of a step can take on. */
const MOST_SUMS = 16;

/**
 * @param parts of the gradient, which lie before its scratch space
 * @throws NoKernel where the head has a term that no kernel can be made of
 */
export function headShader(plan: Plan, layout: Layout, parts: number): HeadShader {
  const { total, logits, sampleAxis, outputAxis } = headExpressions(plan.head, 'training');
  const made = program(
    [{ value: total }, { value: gradient(total, [logits])[0] as typeof total, name: 'gradient' }],
    { sample: sampleAxis, sizes: { [sampleAxis]: plan.batchSize, [outputAxis]: classes(plan) } },
  );
  const sums = made.block.filter(({ operation }) => operation === 'laneSum');
  const count = sums.reduce((n, { rows }) => n + rows, 0);
  const statements = made.block.reduce(
    (n, { rows, length, across }) => n + Math.max(rows, length * across),
    0,
  );
  if (made.divisible && count <= MOST_SUMS && statements <= MOST_STATEMENTS)
    return byRow(plan, layout, made, sums);
  return loops(plan, layout, made, parts);
}

/** Declarations of every variable that statements write. */
function variables(instructions: readonly Instruction[]): string {
  const arrays = new Map<string, ArrayOf>();
  for (const { out } of instructions) arrays.set(out.of.name ?? String(out.of.slot), out.of);
  return [...arrays.values()]
    .flatMap((of) => Array.from({ length: of.rows }, (_, row) => `var ${variable(of, row)} = 0f;`))
    .join(' ');
}

function byRow(plan: Plan, layout: Layout, made: Program, sums: readonly Instruction[]): HeadShader {
  const last = layout.blocks.at(-1) as Block;
  const K = classes(plan);
  const body = made.block.filter(({ operation }) => operation !== 'laneSum');
  const used = new Set(made.block.flatMap(({ from }) => from.map(({ of }) => of)));
  const isUsed = (name: string): boolean => [...used].some((of) => of.kind === 'array' && of.name === name);
  const rows = (line: (c: number) => string): string =>
    Array.from({ length: K }, (_, c) => line(c)).join('\n  ');
  const feature = (at: number): string => `work0 + ${String(at)}u * lanes + row`;
  let partial = layout.features;
  // Where it is due, not at the end: a variable may hold something else by then.
  const store = ({ from: [operand], rows: count }: Instruction): string[] =>
    Array.from({ length: count }, (_, r) => {
      const { of, first, step } = operand as Operand;
      const value = of.kind === 'array' ? variable(of, first + r * step) : scalarText(made, of);
      return `work[${feature(partial++)}] = ${value};`;
    });
  const statements = made.block.flatMap((instruction) =>
    instruction.operation === 'laneSum' ? store(instruction) : unrolled(made, instruction),
  );
  // What does not vary over the batch the end of the step works out again, instead of being told.
  const steady = body.filter(({ out }) => !out.of.lanes);
  let at = 0;
  const taken = sums.flatMap(({ out, rows: count }) =>
    Array.from(
      { length: count },
      (_, r) => `${variable(out.of, out.first + r * out.step)} = sum${String(at++)};`,
    ),
  );
  const ending = [...steady, ...sums, ...made.final];
  const [total] = made.outputs;
  return {
    code: `${declare('network', { targets: 'f32', batch: 'u32', work: 'f32', numbers: 'f32', control: 'u32' })}
${SAMPLE_OF}${MATH}
@compute @workgroup_size(${String(GROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x + span.base;
  if (row >= span.rows) { return; }
  let member = span.member + id.z;
  let lanes = span.stride * 4u;
  let work0 = id.z * span.pitch * 4u;
  let n0 = member * ${String(numbersPerMember(made))}u;
  ${isUsed('target') ? `let sample = sampleOf(member, row) * ${String(K)}u;` : ''}
  ${isUsed('logits') ? rows((c) => `let logits_${String(c)} = work[${feature(last.values + c)}];`) : ''}
  ${isUsed('target') ? rows((c) => `let target_${String(c)} = targets[sample + ${String(c)}u];`) : ''}
  ${readScalars(made)}
  ${variables(body)}
  ${statements.join('\n  ')}
  ${rows((c) => `work[${feature(last.adjoints + c)}] = gradient_${String(c)};`)}
}
`,
    over: 'rows',
    sums: partial - layout.features,
    scratch: 0,
    group: GROUP,
    total: `${variables(ending)}
  ${readScalars(made)}
  ${[...steady.flatMap((i) => unrolled(made, i)), ...taken, ...made.final.flatMap((i) => unrolled(made, i))].join('\n  ')}
  let loss = ${total?.kind === 'array' ? variable(total, 0) : scalarText(made, total as ScalarOf)};`,
    scalars: made.scalars,
  };
}
