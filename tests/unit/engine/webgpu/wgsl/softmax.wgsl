// head, bound to network
struct Span { member: u32, base: u32, stride: u32, pitch: u32, rows: u32, lists: u32, steps: u32, members: u32 }
@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> batch: array<u32>;
@group(0) @binding(5) var<storage, read_write> work: array<f32>;
@group(0) @binding(6) var<storage, read> numbers: array<f32>;
@group(0) @binding(7) var<storage, read> control: array<u32>;
fn sampleOf(member: u32, row: u32) -> u32 {
  let list = span.lists * member * span.steps;
  return batch[(list + control[member]) * span.rows + min(row, span.rows - 1u)];
}
// … elementary functions …
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x + span.base;
  if (row >= span.rows) { return; }
  let member = span.member + id.z;
  let lanes = span.stride * 4u;
  let work0 = id.z * span.pitch * 4u;
  let n0 = member * 36u;
  let sample = sampleOf(member, row) * 2u;
  let logits_0 = work[work0 + 4u * lanes + row];
  let logits_1 = work[work0 + 5u * lanes + row];
  let target_0 = targets[sample + 0u];
  let target_1 = targets[sample + 1u];
  let k0 = numbers[n0 + 8u];
  let k3 = numbers[n0 + 11u];
  let k5 = numbers[n0 + 13u];
  let k6 = numbers[n0 + 14u];
  let k7 = numbers[n0 + 15u];
  let k9 = numbers[n0 + 17u];
  let k10 = numbers[n0 + 18u];
  let k11 = numbers[n0 + 19u];
  let k12 = numbers[n0 + 20u];
  let k13 = numbers[n0 + 21u];
  let k14 = numbers[n0 + 22u];
  let k15 = numbers[n0 + 23u];
  let k16 = numbers[n0 + 24u];
  let k18 = numbers[n0 + 26u];
  let k19 = numbers[n0 + 27u];
  let k20 = numbers[n0 + 28u];
  let k21 = numbers[n0 + 29u];
  let k22 = numbers[n0 + 30u];
  let k23 = numbers[n0 + 31u];
  let k24 = numbers[n0 + 32u];
  var s0_0 = 0f; var s0_1 = 0f; var s1_0 = 0f; var s2_0 = 0f; var s3_0 = 0f; var s4_0 = 0f; var s4_1 = 0f; var s5_0 = 0f; var s6_0 = 0f; var s7_0 = 0f; var s8_0 = 0f; var s9_0 = 0f; var s11_0 = 0f; var s11_1 = 0f; var s12_0 = 0f; var s12_1 = 0f; var s14_0 = 0f; var s14_1 = 0f; var s15_0 = 0f; var s15_1 = 0f; var s16_0 = 0f; var s16_1 = 0f; var s17_0 = 0f; var s17_1 = 0f; var gradient_0 = 0f; var gradient_1 = 0f;
  s0_0 = scaled(k0, logits_0);
  s0_1 = scaled(k0, logits_1);
  s1_0 = logits_0 * logits_0 + logits_1 * logits_1;
  s2_0 = max(s1_0, 1.0000000359391298e-36f);
  s3_0 = sqrt(s2_0);
  s2_0 = s3_0 + 1.0000000116860974e-7f;
  s4_0 = s0_0 / s2_0;
  s4_1 = s0_1 / s2_0;
  s0_0 = select(logits_0, s4_0, k3 != 0f);
  s0_1 = select(logits_1, s4_1, k3 != 0f);
  s5_0 = max(s0_0, s0_1);
  s6_0 = s0_0 + s0_1;
  s7_0 = s6_0 / 2f;
  s6_0 = s5_0 - s7_0;
  s7_0 = s5_0 - k5;
  s8_0 = select(s7_0, 0f, s7_0 <= 0f);
  s9_0 = select(s5_0, s8_0, k6 != 0f);
  s8_0 = select(s9_0, s6_0, k7 != 0f);
  work[work0 + 12u * lanes + row] = s8_0;
  s11_0 = s0_0 / k9;
  s11_1 = s0_1 / k9;
  { let top = max(s11_0, s11_1); s5_0 = top + logOf(expOf(s11_0 - top) + expOf(s11_1 - top)); }
  s12_0 = s11_0 - s5_0;
  s12_1 = s11_1 - s5_0;
  s11_0 = expOf(s12_0);
  s11_1 = expOf(s12_1);
  s6_0 = s11_0 * s12_0 + s11_1 * s12_1;
  s9_0 = -s6_0;
  s8_0 = k10 - s9_0;
  s5_0 = select(s8_0, 0f, s8_0 <= 0f);
  work[work0 + 13u * lanes + row] = s5_0;
  s14_0 = scaled(k11, target_0) + k12;
  s14_1 = scaled(k11, target_1) + k12;
  s15_0 = max(s14_0, 1.0000000359391298e-36f);
  s15_1 = max(s14_1, 1.0000000359391298e-36f);
  s16_0 = logOf(s15_0);
  s16_1 = logOf(s15_1);
  s15_0 = s14_0 * s16_0;
  s15_1 = s14_1 * s16_1;
  s16_0 = s14_0 * s12_0;
  s16_1 = s14_1 * s12_1;
  s17_0 = s15_0 - s16_0;
  s17_1 = s15_1 - s16_1;
  s6_0 = s17_0 + s17_1;
  s5_0 = scaled(k13, s6_0);
  work[work0 + 14u * lanes + row] = s5_0;
  work[work0 + 15u * lanes + row] = s9_0;
  s6_0 = select(0f, 1f, s7_0 > 0f);
  s5_0 = scaled(k18, s6_0) + k19;
  s9_0 = s5_0 + k20;
  { let top = max(s0_0, s0_1); var found = false;
    { let now = !found && s0_0 == top; s15_0 = select(0f, 1f, now); found = found || now; }
    { let now = !found && s0_1 == top; s15_1 = select(0f, 1f, now); found = found || now; }
  }
  s16_0 = s9_0 * s15_0 + k21;
  s16_1 = s9_0 * s15_1 + k21;
  s7_0 = select(0f, 1f, s8_0 > 0f);
  s6_0 = scaled(k22, s7_0);
  s5_0 = -s6_0;
  s9_0 = k23 + s5_0;
  s8_0 = -s9_0;
  s17_0 = s8_0 * s12_0;
  s17_1 = s8_0 * s12_1;
  s0_0 = s17_0 * s11_0;
  s0_1 = s17_1 * s11_1;
  s15_0 = s8_0 * s11_0 + s0_0;
  s15_1 = s8_0 * s11_1 + s0_1;
  s12_0 = scaled(k24, s14_0) + s15_0;
  s12_1 = scaled(k24, s14_1) + s15_1;
  s17_0 = -s12_0;
  s17_1 = -s12_1;
  s7_0 = s17_0 + s17_1;
  s0_0 = s7_0 * s11_0 + s12_0;
  s0_1 = s7_0 * s11_1 + s12_1;
  s14_0 = s0_0 / k9;
  s14_1 = s0_1 / k9;
  s15_0 = s16_0 + s14_0;
  s15_1 = s16_1 + s14_1;
  s17_0 = select(0f, s15_0, k3 != 0f);
  s17_1 = select(0f, s15_1, k3 != 0f);
  s11_0 = s17_0 / s2_0;
  s11_1 = s17_1 / s2_0;
  s12_0 = select(s15_0, 0f, k3 != 0f);
  s12_1 = select(s15_1, 0f, k3 != 0f);
  s0_0 = s17_0 * s4_0;
  s0_1 = s17_1 * s4_1;
  s16_0 = s0_0 / s2_0;
  s16_1 = s0_1 / s2_0;
  s14_0 = -s16_0;
  s14_1 = -s16_1;
  s6_0 = s14_0 + s14_1;
  s5_0 = 2f * s3_0;
  s9_0 = s6_0 / s5_0;
  s8_0 = select(0f, 1f, s1_0 == 1.0000000359391298e-36f);
  s7_0 = select(0f, 1f, s1_0 > 1.0000000359391298e-36f);
  s2_0 = 0.5f * s8_0 + s7_0;
  s3_0 = s9_0 * s2_0;
  s15_0 = s3_0 * logits_0;
  s15_1 = s3_0 * logits_1;
  s17_0 = s12_0 + s15_0;
  s17_1 = s12_1 + s15_1;
  s4_0 = s17_0 + s15_0;
  s4_1 = s17_1 + s15_1;
  gradient_0 = scaled(k0, s11_0) + s4_0;
  gradient_1 = scaled(k0, s11_1) + s4_1;
  work[work0 + 8u * lanes + row] = gradient_0;
  work[work0 + 9u * lanes + row] = gradient_1;
}

// judge, bound to closing
struct Span { member: u32, base: u32, stride: u32, pitch: u32, rows: u32, lists: u32, steps: u32, members: u32 }
@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(3) var<storage, read_write> work: array<vec4f>;
@group(0) @binding(4) var<storage, read> numbers: array<f32>;
@group(0) @binding(5) var<storage, read_write> control: array<u32>;
@group(0) @binding(6) var<storage, read> rates: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> report: array<u32>;
// … elementary functions …
var<workgroup> parts: array<f32, 448>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) local: u32) {
  let member = span.member + place.z;
  let work0 = place.z * span.pitch;
  let n0 = member * 36u;
  let g0 = work0 + 16u * span.stride;
  var q0 = 0f; var q1 = 0f; var q2 = 0f;
  for (var i = local; i < 5u; i += 64u) {
    var g = work[g0 + i];
    for (var part = 1u; part < 4u; part++) { g += work[g0 + part * 5u + i]; }
    work[g0 + i] = g;
    { let x = g * 1f; q0 += dot(x, x); } { let x = g * 5.421010862427522e-20f; q1 += dot(x, x); } { let x = g * 18446744073709551616f; q2 += dot(x, x); }
  }
  var p0 = 0f; var p1 = 0f; var p2 = 0f; var p3 = 0f;
  for (var i = local; i < span.stride; i += 64u) {
    p0 += dot(work[work0 + 12u * span.stride + i], vec4f(1));
    p1 += dot(work[work0 + 13u * span.stride + i], vec4f(1));
    p2 += dot(work[work0 + 14u * span.stride + i], vec4f(1));
    p3 += dot(work[work0 + 15u * span.stride + i], vec4f(1));
  }
  let at = local * 7u;
  parts[at + 0u] = q0; parts[at + 1u] = q1; parts[at + 2u] = q2;
  parts[at + 3u] = p0; parts[at + 4u] = p1; parts[at + 5u] = p2; parts[at + 6u] = p3;
  workgroupBarrier();
  if (local < 7u) {
    var s = 0f;
    for (var i = 0u; i < 64u; i++) { s += parts[i * 7u + local]; }
    parts[local] = s;
  }
  workgroupBarrier();
  if (local != 0u) { return; }
  var norm = sqrt(parts[0]);
  if (!isFinite(parts[0]) || parts[0] > 1e38f) { norm = sqrt(parts[1]) * 18446744073709551616f; }
  else if (parts[0] < 1e-30f) { norm = sqrt(parts[2]) * 5.421010862427522e-20f; }
  let sum0 = parts[3]; let sum1 = parts[4]; let sum2 = parts[5]; let sum3 = parts[6];
  var s10_0 = 0f; var s13_0 = 0f; var s18_0 = 0f; var s19_0 = 0f; var s20_0 = 0f; var s21_0 = 0f; var s22_0 = 0f; var s23_0 = 0f; var s24_0 = 0f; var s25_0 = 0f; var s26_0 = 0f; var s27_0 = 0f; var s28_0 = 0f;
  let k0 = numbers[n0 + 8u];
  let k3 = numbers[n0 + 11u];
  let k5 = numbers[n0 + 13u];
  let k6 = numbers[n0 + 14u];
  let k7 = numbers[n0 + 15u];
  let k9 = numbers[n0 + 17u];
  let k10 = numbers[n0 + 18u];
  let k11 = numbers[n0 + 19u];
  let k12 = numbers[n0 + 20u];
  let k13 = numbers[n0 + 21u];
  let k14 = numbers[n0 + 22u];
  let k15 = numbers[n0 + 23u];
  let k16 = numbers[n0 + 24u];
  let k18 = numbers[n0 + 26u];
  let k19 = numbers[n0 + 27u];
  let k20 = numbers[n0 + 28u];
  let k21 = numbers[n0 + 29u];
  let k22 = numbers[n0 + 30u];
  let k23 = numbers[n0 + 31u];
  let k24 = numbers[n0 + 32u];
  s10_0 = sum0;
  s13_0 = sum1;
  s18_0 = sum2;
  s19_0 = sum3;
  s20_0 = s10_0 / 4f;
  s21_0 = s13_0 / 4f;
  s22_0 = s18_0 / 4f;
  s23_0 = scaled(k14, s21_0) + s22_0;
  s24_0 = s19_0 / 4f;
  s25_0 = scaled(k15, s24_0);
  s26_0 = -s25_0;
  s27_0 = s23_0 + s26_0;
  s28_0 = scaled(k16, s20_0) + s27_0;
  let loss = s28_0;
  let step = control[member];
  control[member] = step + 1u;
  let to = (step * span.members + member) * 2u;
  let c0 = span.members + member * 8u;
  if (control[c0 + 0u] != 0u) {
    report[to] = nanBits;
    report[to + 1u] = nanBits;
    return;
  }
  report[to] = bitcast<u32>(loss);
  report[to + 1u] = bitcast<u32>(norm);
  if (!isFinite(loss) || !isFinite(norm)) {
    control[c0 + 0u] = 1u;
    return;
  }
  let limit = numbers[n0 + 5u];
  let rate = rates[step * span.members + member];
  control[c0 + 1u] = bitcast<u32>(select(1f, min(1f, limit / (norm + 1e-6f)), limit > 0f));
  control[c0 + 2u] = bitcast<u32>(rate.x);
  control[c0 + 3u] = bitcast<u32>(rate.y);
  control[c0 + 4u] = bitcast<u32>(rate.z);
}
