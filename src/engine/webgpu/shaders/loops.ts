import type { ArrayOf, Instruction, Operand, Program, ScalarOf } from '../../../terms/language/program.ts';
import type { Block, Layout } from '../layout.ts';
import { quads } from '../layout.ts';
import { classes, type Plan } from '../../plan.ts';
import { declare, GROUP, SAMPLE_OF } from './bindings.ts';
import type { HeadShader } from './headShader.ts';
import { MATH } from './math.ts';
import { elementText, isElementwise, numbersPerMember, readScalars, scalarText } from './program.ts';

/** A head by one workgroup for each member: arrays lie in memory, and all wait for each other after each instruction. */
export function loops(plan: Plan, layout: Layout, made: Program, parts: number): HeadShader {
  const last = layout.blocks.at(-1) as Block;
  const [rows, K] = [plan.batchSize, classes(plan)];
  const starts: number[] = [];
  let size = 0;
  for (const slot of made.slots) {
    starts.push(size);
    size += slot.rows * (slot.lanes ? rows : 1);
  }
  const total = layout.features;
  const place = (of: ArrayOf, row: string, lane: string): string => {
    if (of.name === 'target') return `targets[sampleOf(member, ${lane}) * ${String(K)}u + ${row}]`;
    if (of.name !== undefined) {
      const first = of.name === 'logits' ? last.values : last.adjoints;
      return `work[work0 + (${String(first)}u + ${row}) * lanes + ${lane}]`;
    }
    const start = `scratch0 + ${String(starts[of.slot])}u`;
    return of.lanes ? `work[${start} + (${row}) * ${String(rows)}u + ${lane}]` : `work[${start} + ${row}]`;
  };
  const read = ({ of }: Operand, row: string, lane: string): string =>
    of.kind === 'scalar' ? scalarText(made, of) : place(of, row, lane);
  const [result] = made.outputs;
  return {
    code: `${declare('network', { targets: 'f32', batch: 'u32', work: 'f32', numbers: 'f32', control: 'u32' })}
${SAMPLE_OF}${MATH}
@compute @workgroup_size(${String(GROUP)})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) local: u32) {
  let member = span.member + place.z;
  let lanes = span.stride * 4u;
  let work0 = place.z * span.pitch * 4u;
  let scratch0 = work0 + (${String(total + 1)}u * span.stride + ${String(parts * layout.parameters4)}u) * 4u;
  let n0 = member * ${String(numbersPerMember(made))}u;
  ${readScalars(made)}
  ${[...made.block, ...made.final].map((instruction) => statement(made, instruction, rows, place, read)).join('\n  storageBarrier();\n  ')}
  storageBarrier();
  if (local == 0u) { work[work0 + ${String(total)}u * lanes] = ${result?.kind === 'array' ? place(result, '0u', '0u') : scalarText(made, result as ScalarOf)}; }
}
`,
    over: 'members',
    sums: 1,
    scratch: quads(size),
    group: GROUP,
    total: 'let loss = sum0;',
    scalars: made.scalars,
  };
}

type Place = (of: ArrayOf, row: string, lane: string) => string;
type ReadAt = (operand: Operand, row: string, lane: string) => string;

const rowAt = ({ first, step }: Operand, i: string): string =>
  step === 0 ? `${String(first)}u` : `${String(first)}u + ${i} * ${String(step)}u`;

function statement(
  made: Program,
  instruction: Instruction,
  lanes: number,
  place: Place,
  read: ReadAt,
): string {
  const { operation, out, rows, from, length, across } = instruction;
  const group = String(GROUP);
  const B = `${String(lanes)}u`;
  /** Over all that varies here, each place by one invocation. */
  const each = (count: number, body: string): string =>
    out.of.lanes
      ? `for (var i = local; i < ${String(count * lanes)}u; i += ${group}u) { let r = i / ${B}; let lane = i % ${B}; ${body} }`
      : `for (var r = local; r < ${String(count)}u; r += ${group}u) { let lane = 0u; ${body} }`;
  const to = (row: string, lane = 'lane'): string => place(out.of, row, lane);
  if (isElementwise(operation)) {
    const values = from.map((operand) => read(operand, rowAt(operand, 'r'), 'lane'));
    return each(rows, `${to(rowAt(out, 'r'))} = ${elementText(made, instruction, values)};`);
  }
  const [x, y] = from as [Operand, Operand];
  if (operation.startsWith('lane')) {
    const at = (lane: string): string => read(x, rowAt(x, 'r'), lane);
    const over = (body: string): string => `for (var j = 0u; j < ${B}; j++) { ${body} }`;
    const top = `var top = ${at('0u')}; ${over(`top = max(top, ${at('j')});`)}`;
    const here = to(rowAt(out, 'r'), '0u');
    const bodies: Record<string, string> = {
      laneSum: `var s = 0f; ${over(`s += ${at('j')};`)} ${here} = s;`,
      laneMax: `${top} ${here} = top;`,
      laneLogsumexp: `${top} var s = 0f; ${over(`s += expOf(${at('j')} - top);`)} ${here} = top + logOf(s);`,
      laneFirstMax: `${top} var found = false; ${over(`let now = !found && ${at('j')} == top; ${to(rowAt(out, 'r'), 'j')} = select(0f, 1f, now); found = found || now;`)}`,
    };
    return `for (var r = local; r < ${String(rows)}u; r += ${group}u) { ${bodies[operation] as string} }`;
  }
  const along = (operand: Operand, j: string): string =>
    read(operand, `${String(operand.first)}u + ${j} * ${String(operand.step)}u + r`, 'lane');
  const over = (body: string): string => `for (var j = 0u; j < ${String(length)}u; j++) { ${body} }`;
  const top = `var top = ${along(x, '0u')}; ${over(`top = max(top, ${along(x, 'j')});`)}`;
  const here = to(`${String(out.first)}u + r`);
  switch (operation) {
    case 'sum':
      return each(across, `var s = 0f; ${over(`s += ${along(x, 'j')};`)} ${here} = s;`);
    case 'dot':
      return each(across, `var s = 0f; ${over(`s += ${along(x, 'j')} * ${along(y, 'j')};`)} ${here} = s;`);
    case 'max':
      return each(across, `${top} ${here} = top;`);
    case 'logsumexp':
      return each(
        across,
        `${top} var s = 0f; ${over(`s += expOf(${along(x, 'j')} - top);`)} ${here} = top + logOf(s);`,
      );
    case 'firstMax':
      return each(
        across,
        `${top} var found = false; ${over(`let now = !found && ${along(x, 'j')} == top; ${to(`${String(out.first)}u + j * ${String(out.step)}u + r`)} = select(0f, 1f, now); found = found || now;`)}`,
      );
    default:
      throw new Error(`There is no kernel for the operation ${operation}.`);
  }
}
