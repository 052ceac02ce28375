// take, bound to network
struct Span { member: u32, base: u32, stride: u32, pitch: u32, rows: u32, lists: u32, steps: u32, members: u32 }
@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(1) var<storage, read> features: array<f32>;
@group(0) @binding(3) var<storage, read> batch: array<u32>;
@group(0) @binding(5) var<storage, read_write> work: array<f32>;
@group(0) @binding(7) var<storage, read> control: array<u32>;
fn sampleOf(member: u32, row: u32) -> u32 {
  let list = span.lists * member * span.steps;
  return batch[(list + control[member]) * span.rows + min(row, span.rows - 1u)];
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  let S = span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;
  if (at >= S * 4u) { return; }
  let sample = sampleOf(member, at) * 4u;
  for (var i = 0u; i < 2u; i++) { work[(work0 + (0u + i) * S) * 4u + at] = features[sample + i]; }
}

// forward 0, bound to network
struct Span { member: u32, base: u32, stride: u32, pitch: u32, rows: u32, lists: u32, steps: u32, members: u32 }
@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> work: array<vec4f>;
// … elementary functions …
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  let S = span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;
  let R = S / 1u;
  if (at >= R * 1u) { return; }
  let row = at % R;
  let column = at / R * 1u;
  let p0 = member * 10u + column;
  var x = work0 + 0u * S + row;
  var w = p0 + 0u;
  let bias0 = parameters[p0 + 4u];
  var y0_0 = vec4f(bias0.x);
  var y0_1 = vec4f(bias0.y);
  var y0_2 = vec4f(bias0.z);
  var y0_3 = vec4f(bias0.w);
  for (var i = 0u; i < 1u; i++) {
    let a0_0 = work[x + 0u * S + 0u * R];
    let a0_1 = work[x + 1u * S + 0u * R];
    let a0_2 = work[x + 2u * S + 0u * R];
    let a0_3 = work[x + 3u * S + 0u * R];
    {
      let b0 = parameters[w + 0u]; let b1 = parameters[w + 1u]; let b2 = parameters[w + 2u]; let b3 = parameters[w + 3u];
      y0_0 += a0_0 * b0.x + a0_1 * b1.x + a0_2 * b2.x + a0_3 * b3.x;
      y0_1 += a0_0 * b0.y + a0_1 * b1.y + a0_2 * b2.y + a0_3 * b3.y;
      y0_2 += a0_0 * b0.z + a0_1 * b1.z + a0_2 * b2.z + a0_3 * b3.z;
      y0_3 += a0_0 * b0.w + a0_1 * b1.w + a0_2 * b2.w + a0_3 * b3.w;
    }
    x += 4u * S;
    w += 4u;
  }
  work[work0 + (4u + column * 4u) * S + row] = y0_0;
  work[work0 + (5u + column * 4u) * S + row] = y0_1;
  work[work0 + (6u + column * 4u) * S + row] = y0_2;
  work[work0 + (7u + column * 4u) * S + row] = y0_3;
  for (var k = 0u; k < 4u; k++) {
    for (var r = 0u; r < 1u; r++) {
      let one = (column * 4u + k) * S + row + r * R;
      let z = work[work0 + 4u * S + one]; work[work0 + 4u * S + one] = vec4f(tanhOf(z.x), tanhOf(z.y), tanhOf(z.z), tanhOf(z.w));
    }
  }
}

// forward 1, bound to network
struct Span { member: u32, base: u32, stride: u32, pitch: u32, rows: u32, lists: u32, steps: u32, members: u32 }
@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> work: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  let S = span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;
  let R = S / 1u;
  if (at >= R * 1u) { return; }
  let row = at % R;
  let column = at / R * 1u;
  let p0 = member * 10u + column;
  var x = work0 + 4u * S + row;
  var w = p0 + 5u;
  let bias0 = parameters[p0 + 9u];
  var y0_0 = vec4f(bias0.x);
  var y0_1 = vec4f(bias0.y);
  var y0_2 = vec4f(bias0.z);
  var y0_3 = vec4f(bias0.w);
  for (var i = 0u; i < 1u; i++) {
    let a0_0 = work[x + 0u * S + 0u * R];
    let a0_1 = work[x + 1u * S + 0u * R];
    let a0_2 = work[x + 2u * S + 0u * R];
    let a0_3 = work[x + 3u * S + 0u * R];
    {
      let b0 = parameters[w + 0u]; let b1 = parameters[w + 1u]; let b2 = parameters[w + 2u]; let b3 = parameters[w + 3u];
      y0_0 += a0_0 * b0.x + a0_1 * b1.x + a0_2 * b2.x + a0_3 * b3.x;
      y0_1 += a0_0 * b0.y + a0_1 * b1.y + a0_2 * b2.y + a0_3 * b3.y;
      y0_2 += a0_0 * b0.z + a0_1 * b1.z + a0_2 * b2.z + a0_3 * b3.z;
      y0_3 += a0_0 * b0.w + a0_1 * b1.w + a0_2 * b2.w + a0_3 * b3.w;
    }
    x += 4u * S;
    w += 4u;
  }
  work[work0 + (8u + column * 4u) * S + row] = y0_0;
  work[work0 + (9u + column * 4u) * S + row] = y0_1;
  work[work0 + (10u + column * 4u) * S + row] = y0_2;
  work[work0 + (11u + column * 4u) * S + row] = y0_3;
}

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
  let n0 = member * 12u;
  let sample = sampleOf(member, row) * 2u;
  let logits_0 = work[work0 + 8u * lanes + row];
  let logits_1 = work[work0 + 9u * lanes + row];
  let target_0 = targets[sample + 0u];
  let target_1 = targets[sample + 1u];
  let k1 = numbers[n0 + 9u];
  let k3 = numbers[n0 + 11u];
  var s0_0 = 0f; var s0_1 = 0f; var s1_0 = 0f; var s1_1 = 0f; var s2_0 = 0f; var s3_0 = 0f; var s3_1 = 0f; var s4_0 = 0f; var s4_1 = 0f; var s5_0 = 0f; var gradient_0 = 0f; var gradient_1 = 0f;
  s0_0 = max(target_0, 1.0000000359391298e-36f);
  s0_1 = max(target_1, 1.0000000359391298e-36f);
  s1_0 = logOf(s0_0);
  s1_1 = logOf(s0_1);
  s0_0 = target_0 * s1_0;
  s0_1 = target_1 * s1_1;
  { let top = max(logits_0, logits_1); s2_0 = top + logOf(expOf(logits_0 - top) + expOf(logits_1 - top)); }
  s1_0 = logits_0 - s2_0;
  s1_1 = logits_1 - s2_0;
  s3_0 = target_0 * s1_0;
  s3_1 = target_1 * s1_1;
  s4_0 = s0_0 - s3_0;
  s4_1 = s0_1 - s3_1;
  s2_0 = s4_0 + s4_1;
  s5_0 = scaled(k1, s2_0);
  work[work0 + 20u * lanes + row] = s5_0;
  s0_0 = scaled(k3, target_0);
  s0_1 = scaled(k3, target_1);
  s3_0 = -s0_0;
  s3_1 = -s0_1;
  s2_0 = s3_0 + s3_1;
  s4_0 = expOf(s1_0);
  s4_1 = expOf(s1_1);
  gradient_0 = s2_0 * s4_0 + s0_0;
  gradient_1 = s2_0 * s4_1 + s0_1;
  work[work0 + 16u * lanes + row] = gradient_0;
  work[work0 + 17u * lanes + row] = gradient_1;
}

// backward 1, bound to network
struct Span { member: u32, base: u32, stride: u32, pitch: u32, rows: u32, lists: u32, steps: u32, members: u32 }
@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> work: array<vec4f>;
// … elementary functions …
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  let S = span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;
  let R = S / 1u;
  if (at >= R * 1u) { return; }
  let row = at % R;
  let column = at / R * 1u;
  var w = member * 10u + 5u + column * 4u;
  var d = work0 + 16u * S + row;
  var a0_0 = vec4f(0);
  var a0_1 = vec4f(0);
  var a0_2 = vec4f(0);
  var a0_3 = vec4f(0);
  for (var o = 0u; o < 1u; o++) {
    let e0_0 = work[d + 0u * S + 0u * R];
    let e0_1 = work[d + 1u * S + 0u * R];
    let e0_2 = work[d + 2u * S + 0u * R];
    let e0_3 = work[d + 3u * S + 0u * R];
    { let b = parameters[w + 0u]; a0_0 += e0_0 * b.x + e0_1 * b.y + e0_2 * b.z + e0_3 * b.w; }
    { let b = parameters[w + 1u]; a0_1 += e0_0 * b.x + e0_1 * b.y + e0_2 * b.z + e0_3 * b.w; }
    { let b = parameters[w + 2u]; a0_2 += e0_0 * b.x + e0_1 * b.y + e0_2 * b.z + e0_3 * b.w; }
    { let b = parameters[w + 3u]; a0_3 += e0_0 * b.x + e0_1 * b.y + e0_2 * b.z + e0_3 * b.w; }
    d += 4u * S;
    w += 1u;
  }
  work[work0 + (12u + column * 4u) * S + row] = a0_0;
  work[work0 + (13u + column * 4u) * S + row] = a0_1;
  work[work0 + (14u + column * 4u) * S + row] = a0_2;
  work[work0 + (15u + column * 4u) * S + row] = a0_3;
  for (var k = 0u; k < 4u; k++) {
    for (var r = 0u; r < 1u; r++) {
      let one = (column * 4u + k) * S + row + r * R;
      let y = work[work0 + 4u * S + one]; let z = work[work0 + 4u * S + one]; work[work0 + 12u * S + one] *= (1f - y * y);
    }
  }
}

// gradient, bound to network
struct Span { member: u32, base: u32, stride: u32, pitch: u32, rows: u32, lists: u32, steps: u32, members: u32 }
@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(5) var<storage, read_write> work: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  let S = span.stride;
  let member = span.member + id.z;
  let work0 = id.z * span.pitch;
  let part = at % 4u;
  let tile = at / 4u;
  let g0 = work0 + 21u * S + part * 10u;
  if (tile < 1u) {
    let i = (tile - 0u) / 1u * 1u;
    let o = (tile - 0u) % 1u * 1u;
    var d = work0 + (12u + o * 4u) * S + part;
    var x = work0 + (0u + i * 4u) * S + part;
    var t0_0 = vec4f(0);
    var t1_0 = vec4f(0);
    var t2_0 = vec4f(0);
    var t3_0 = vec4f(0);
    for (var row = part; row < S; row += 4u) {
      let e0 = work[d + 0u * S];
      let e1 = work[d + 1u * S];
      let e2 = work[d + 2u * S];
      let e3 = work[d + 3u * S];
      { let v = work[x + 0u * S]; t0_0 += vec4f(dot(v, e0), dot(v, e1), dot(v, e2), dot(v, e3)); }
      { let v = work[x + 1u * S]; t1_0 += vec4f(dot(v, e0), dot(v, e1), dot(v, e2), dot(v, e3)); }
      { let v = work[x + 2u * S]; t2_0 += vec4f(dot(v, e0), dot(v, e1), dot(v, e2), dot(v, e3)); }
      { let v = work[x + 3u * S]; t3_0 += vec4f(dot(v, e0), dot(v, e1), dot(v, e2), dot(v, e3)); }
      d += 4u;
      x += 4u;
    }
    work[g0 + 0u + (i * 4u + 0u) * 1u + o] = t0_0;
    work[g0 + 0u + (i * 4u + 1u) * 1u + o] = t1_0;
    work[g0 + 0u + (i * 4u + 2u) * 1u + o] = t2_0;
    work[g0 + 0u + (i * 4u + 3u) * 1u + o] = t3_0;
    return;
  }
  if (tile < 2u) {
    let o = tile - 1u;
    var d = work0 + (12u + o * 4u) * S + part;
    var t = vec4f(0);
    for (var row = part; row < S; row += 4u) {
      t += vec4f(dot(work[d + 0u * S], vec4f(1)), dot(work[d + 1u * S], vec4f(1)), dot(work[d + 2u * S], vec4f(1)), dot(work[d + 3u * S], vec4f(1)));
      d += 4u;
    }
    work[g0 + 4u + o] = t;
    return;
  }
  if (tile < 3u) {
    let i = (tile - 2u) / 1u * 1u;
    let o = (tile - 2u) % 1u * 1u;
    var d = work0 + (16u + o * 4u) * S + part;
    var x = work0 + (4u + i * 4u) * S + part;
    var t0_0 = vec4f(0);
    var t1_0 = vec4f(0);
    var t2_0 = vec4f(0);
    var t3_0 = vec4f(0);
    for (var row = part; row < S; row += 4u) {
      let e0 = work[d + 0u * S];
      let e1 = work[d + 1u * S];
      let e2 = work[d + 2u * S];
      let e3 = work[d + 3u * S];
      { let v = work[x + 0u * S]; t0_0 += vec4f(dot(v, e0), dot(v, e1), dot(v, e2), dot(v, e3)); }
      { let v = work[x + 1u * S]; t1_0 += vec4f(dot(v, e0), dot(v, e1), dot(v, e2), dot(v, e3)); }
      { let v = work[x + 2u * S]; t2_0 += vec4f(dot(v, e0), dot(v, e1), dot(v, e2), dot(v, e3)); }
      { let v = work[x + 3u * S]; t3_0 += vec4f(dot(v, e0), dot(v, e1), dot(v, e2), dot(v, e3)); }
      d += 4u;
      x += 4u;
    }
    work[g0 + 5u + (i * 4u + 0u) * 1u + o] = t0_0;
    work[g0 + 5u + (i * 4u + 1u) * 1u + o] = t1_0;
    work[g0 + 5u + (i * 4u + 2u) * 1u + o] = t2_0;
    work[g0 + 5u + (i * 4u + 3u) * 1u + o] = t3_0;
    return;
  }
  if (tile < 4u) {
    let o = tile - 3u;
    var d = work0 + (16u + o * 4u) * S + part;
    var t = vec4f(0);
    for (var row = part; row < S; row += 4u) {
      t += vec4f(dot(work[d + 0u * S], vec4f(1)), dot(work[d + 1u * S], vec4f(1)), dot(work[d + 2u * S], vec4f(1)), dot(work[d + 3u * S], vec4f(1)));
      d += 4u;
    }
    work[g0 + 9u + o] = t;
    return;
  }
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
var<workgroup> parts: array<f32, 256>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) local: u32) {
  let member = span.member + place.z;
  let work0 = place.z * span.pitch;
  let n0 = member * 12u;
  let g0 = work0 + 21u * span.stride;
  var q0 = 0f; var q1 = 0f; var q2 = 0f;
  for (var i = local; i < 10u; i += 64u) {
    var g = work[g0 + i];
    for (var part = 1u; part < 4u; part++) { g += work[g0 + part * 10u + i]; }
    work[g0 + i] = g;
    { let x = g * 1f; q0 += dot(x, x); } { let x = g * 5.421010862427522e-20f; q1 += dot(x, x); } { let x = g * 18446744073709551616f; q2 += dot(x, x); }
  }
  var p0 = 0f;
  for (var i = local; i < span.stride; i += 64u) {
    p0 += dot(work[work0 + 20u * span.stride + i], vec4f(1));
  }
  let at = local * 4u;
  parts[at + 0u] = q0; parts[at + 1u] = q1; parts[at + 2u] = q2;
  parts[at + 3u] = p0;
  workgroupBarrier();
  if (local < 4u) {
    var s = 0f;
    for (var i = 0u; i < 64u; i++) { s += parts[i * 4u + local]; }
    parts[local] = s;
  }
  workgroupBarrier();
  if (local != 0u) { return; }
  var norm = sqrt(parts[0]);
  if (!isFinite(parts[0]) || parts[0] > 1e38f) { norm = sqrt(parts[1]) * 18446744073709551616f; }
  else if (parts[0] < 1e-30f) { norm = sqrt(parts[2]) * 5.421010862427522e-20f; }
  let sum0 = parts[3];
  var s6_0 = 0f; var s7_0 = 0f;
  let k1 = numbers[n0 + 9u];
  let k3 = numbers[n0 + 11u];
  s6_0 = sum0;
  s7_0 = s6_0 / 5f;
  let loss = s7_0;
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

// update, bound to closing
struct Span { member: u32, base: u32, stride: u32, pitch: u32, rows: u32, lists: u32, steps: u32, members: u32 }
@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(1) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> moments: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> work: array<vec4f>;
@group(0) @binding(4) var<storage, read> numbers: array<f32>;
@group(0) @binding(5) var<storage, read_write> control: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x + span.base;
  if (at >= 10u) { return; }
  let member = span.member + id.z;
  let c0 = span.members + member * 8u;
  if (control[c0 + 0u] != 0u) { return; }
  let work0 = id.z * span.pitch;
  let n0 = member * 12u;
  let p = member * 10u + at;
  let m = member * 10u * 2u + at;
  let rate = bitcast<f32>(control[c0 + 2u]);
  let theta = parameters[p];
  let g = work[work0 + 21u * span.stride + at] * bitcast<f32>(control[c0 + 1u]) + theta * numbers[n0 + 1u];
  if (numbers[n0 + 0u] == 2f) {
    let buffer = moments[m] * numbers[n0 + 2u] + g;
    moments[m] = buffer;
    parameters[p] = theta - buffer * rate;
    return;
  }
  let v = m + 10u;
  // Not β m + (1 − β) g: in f32 the two factors do not add up to 1.
  let first = moments[m] + (g - moments[m]) * numbers[n0 + 2u];
  let second = moments[v] + (g * g - moments[v]) * numbers[n0 + 3u];
  moments[m] = first;
  moments[v] = second;
  let denominator = sqrt(second) * bitcast<f32>(control[c0 + 3u]) + numbers[n0 + 4u];
  parameters[p] = (theta - theta * bitcast<f32>(control[c0 + 4u])) - first / denominator * rate;
}
