import { CONTROL, declare, GROUP, NUMBERS } from './bindings.ts';
import type { HeadShader } from './headShader.ts';
import { MATH } from './math.ts';
import { numbersPerMember } from './program.ts';

/**
 * What ends a step: the loss and the norm of the gradient are taken together and judged, then the parameters move. What
 * the two passes need of optimizers is as in `tfjs/optimizer.ts`; factors come from the host, in f64.
 */

const word = (name: keyof typeof CONTROL): string => `${String(CONTROL[name])}u`;
const number = (name: keyof typeof NUMBERS): string => `numbers[n0 + ${String(NUMBERS[name])}u]`;

/** Squares beyond f32's range are taken with the gradient scaled up or down: 2^64, exactly. */
const [DOWN, UP] = ['5.421010862427522e-20f', '18446744073709551616f'];
const SCALES = ['1f', DOWN, UP];

/**
 * One workgroup for each member: puts the parts of the gradient together, writes loss and norm to the report, counts the step, and says what the update is to do;
 * stops a member of which either is not finite.
 */
export function judgeShader(
  parameters4: number,
  features: number,
  firstSum: number,
  parts: number,
  head: HeadShader,
): string {
  const columns = SCALES.length + head.sums;
  const sums = Array.from({ length: head.sums }, (_, j) => j);
  const group = String(GROUP);
  return `${declare('closing', { work: 'vec4f', numbers: 'f32', control: 'u32', rates: 'vec4f', report: 'u32' })}
${MATH}
var<workgroup> parts: array<f32, ${String(GROUP * columns)}>;

@compute @workgroup_size(${group})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) local: u32) {
  let member = span.member + place.z;
  let work0 = place.z * span.pitch;
  let n0 = member * ${String(numbersPerMember(head))}u;
  let g0 = work0 + ${String(features)}u * span.stride;
  ${SCALES.map((_, c) => `var q${String(c)} = 0f;`).join(' ')}
  for (var i = local; i < ${String(parameters4)}u; i += ${group}u) {
    var g = work[g0 + i];
    for (var part = 1u; part < ${String(parts)}u; part++) { g += work[g0 + part * ${String(parameters4)}u + i]; }
    work[g0 + i] = g;
    ${SCALES.map((scale, c) => `{ let x = g * ${scale}; q${String(c)} += dot(x, x); }`).join(' ')}
  }
  ${sums.map((j) => `var p${String(j)} = 0f;`).join(' ')}
  for (var i = local; i < span.stride; i += ${group}u) {
    ${sums.map((j) => `p${String(j)} += dot(work[work0 + ${String(firstSum + j)}u * span.stride + i], vec4f(1));`).join('\n    ')}
  }
  let at = local * ${String(columns)}u;
  ${SCALES.map((_, c) => `parts[at + ${String(c)}u] = q${String(c)};`).join(' ')}
  ${sums.map((j) => `parts[at + ${String(SCALES.length + j)}u] = p${String(j)};`).join(' ')}
  workgroupBarrier();
  if (local < ${String(columns)}u) {
    var s = 0f;
    for (var i = 0u; i < ${group}u; i++) { s += parts[i * ${String(columns)}u + local]; }
    parts[local] = s;
  }
  workgroupBarrier();
  if (local != 0u) { return; }
  var norm = sqrt(parts[0]);
  if (!isFinite(parts[0]) || parts[0] > 1e38f) { norm = sqrt(parts[1]) * ${UP}; }
  else if (parts[0] < 1e-30f) { norm = sqrt(parts[2]) * ${DOWN}; }
  ${sums.map((j) => `let sum${String(j)} = parts[${String(SCALES.length + j)}];`).join(' ')}
  ${head.total}

  let step = control[member];
  control[member] = step + 1u;
  let to = (step * span.members + member) * 2u;
  let c0 = span.members + member * ${word('words')};
  if (control[c0 + ${word('stopped')}] != 0u) {
    report[to] = nanBits;
    report[to + 1u] = nanBits;
    return;
  }
  report[to] = bitcast<u32>(loss);
  report[to + 1u] = bitcast<u32>(norm);
  if (!isFinite(loss) || !isFinite(norm)) {
    control[c0 + ${word('stopped')}] = 1u;
    return;
  }
  let limit = ${number('clip')};
  let rate = rates[step * span.members + member];
  control[c0 + ${word('clip')}] = bitcast<u32>(select(1f, min(1f, limit / (norm + 1e-6f)), limit > 0f));
  control[c0 + ${word('rate')}] = bitcast<u32>(rate.x);
  control[c0 + ${word('root')}] = bitcast<u32>(rate.y);
  control[c0 + ${word('shrink')}] = bitcast<u32>(rate.z);
}
`;
}

/** One invocation for four parameters. */
export function updateShader(parameters4: number, features: number, head: HeadShader): string {
  const P = `${String(parameters4)}u`;
  const control = (name: keyof typeof CONTROL): string => `bitcast<f32>(control[c0 + ${word(name)}])`;
  return `${declare('closing', { parameters: 'vec4f', moments: 'vec4f', work: 'vec4f', numbers: 'f32', control: 'u32' })}
@compute @workgroup_size(${String(GROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  if (at >= ${P}) { return; }
  let member = span.member + id.z;
  let c0 = span.members + member * ${word('words')};
  if (control[c0 + ${word('stopped')}] != 0u) { return; }
  let work0 = id.z * span.pitch;
  let n0 = member * ${String(numbersPerMember(head))}u;
  let p = member * ${P} + at;
  let m = member * ${P} * 2u + at;
  let rate = ${control('rate')};
  let theta = parameters[p];
  let g = work[work0 + ${String(features)}u * span.stride + at] * ${control('clip')} + theta * ${number('decay')};
  if (${number('kind')} == 2f) {
    let buffer = moments[m] * ${number('first')} + g;
    moments[m] = buffer;
    parameters[p] = theta - buffer * rate;
    return;
  }
  let v = m + ${P};
  // Not β m + (1 − β) g: in f32 the two factors do not add up to 1.
  let first = moments[m] + (g - moments[m]) * ${number('first')};
  let second = moments[v] + (g * g - moments[v]) * ${number('second')};
  moments[m] = first;
  moments[v] = second;
  let denominator = sqrt(second) * ${control('root')} + ${number('eps')};
  parameters[p] = (theta - theta * ${control('shrink')}) - first / denominator * rate;
}
`;
}
