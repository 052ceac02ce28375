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
  if (at >= S * 1u) { return; }
  let row = at % S;
  let column = at / S;
  let p0 = member * 10u + column;
  let bias = parameters[p0 + 4u];
  var x = work0 + 0u * S + row;
  var w = p0 + 0u;
  var y0 = vec4f(bias.x); var y1 = vec4f(bias.y); var y2 = vec4f(bias.z); var y3 = vec4f(bias.w);
  for (var i = 0u; i < 1u; i++) {
    let a0 = work[x + 0u * S]; let b0 = parameters[w + 0u];
    let a1 = work[x + 1u * S]; let b1 = parameters[w + 1u];
    let a2 = work[x + 2u * S]; let b2 = parameters[w + 2u];
    let a3 = work[x + 3u * S]; let b3 = parameters[w + 3u];
    y0 += a0 * b0.x + a1 * b1.x + a2 * b2.x + a3 * b3.x;
    y1 += a0 * b0.y + a1 * b1.y + a2 * b2.y + a3 * b3.y;
    y2 += a0 * b0.z + a1 * b1.z + a2 * b2.z + a3 * b3.z;
    y3 += a0 * b0.w + a1 * b1.w + a2 * b2.w + a3 * b3.w;
    x += 4u * S;
    w += 4u;
  }
  work[work0 + (4u + column * 4u) * S + row] = vec4f(tanhOf(y0.x), tanhOf(y0.y), tanhOf(y0.z), tanhOf(y0.w));
  work[work0 + (5u + column * 4u) * S + row] = vec4f(tanhOf(y1.x), tanhOf(y1.y), tanhOf(y1.z), tanhOf(y1.w));
  work[work0 + (6u + column * 4u) * S + row] = vec4f(tanhOf(y2.x), tanhOf(y2.y), tanhOf(y2.z), tanhOf(y2.w));
  work[work0 + (7u + column * 4u) * S + row] = vec4f(tanhOf(y3.x), tanhOf(y3.y), tanhOf(y3.z), tanhOf(y3.w));
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
  if (at >= S * 1u) { return; }
  let row = at % S;
  let column = at / S;
  let p0 = member * 10u + column;
  let bias = parameters[p0 + 9u];
  var x = work0 + 4u * S + row;
  var w = p0 + 5u;
  var y0 = vec4f(bias.x); var y1 = vec4f(bias.y); var y2 = vec4f(bias.z); var y3 = vec4f(bias.w);
  for (var i = 0u; i < 1u; i++) {
    let a0 = work[x + 0u * S]; let b0 = parameters[w + 0u];
    let a1 = work[x + 1u * S]; let b1 = parameters[w + 1u];
    let a2 = work[x + 2u * S]; let b2 = parameters[w + 2u];
    let a3 = work[x + 3u * S]; let b3 = parameters[w + 3u];
    y0 += a0 * b0.x + a1 * b1.x + a2 * b2.x + a3 * b3.x;
    y1 += a0 * b0.y + a1 * b1.y + a2 * b2.y + a3 * b3.y;
    y2 += a0 * b0.z + a1 * b1.z + a2 * b2.z + a3 * b3.z;
    y3 += a0 * b0.w + a1 * b1.w + a2 * b2.w + a3 * b3.w;
    x += 4u * S;
    w += 4u;
  }
  work[work0 + (8u + column * 4u) * S + row] = y0;
  work[work0 + (9u + column * 4u) * S + row] = y1;
  work[work0 + (10u + column * 4u) * S + row] = y2;
  work[work0 + (11u + column * 4u) * S + row] = y3;
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
  if (at >= S * 1u) { return; }
  let row = at % S;
  let column = at / S;
  var w = member * 10u + 5u + column * 4u;
  var d = work0 + 16u * S + row;
  var a0 = vec4f(0); var a1 = vec4f(0); var a2 = vec4f(0); var a3 = vec4f(0);
  for (var o = 0u; o < 1u; o++) {
    let e0 = work[d + 0u * S]; let b0 = parameters[w + 0u];
    let e1 = work[d + 1u * S]; let b1 = parameters[w + 1u];
    let e2 = work[d + 2u * S]; let b2 = parameters[w + 2u];
    let e3 = work[d + 3u * S]; let b3 = parameters[w + 3u];
    a0 += e0 * b0.x + e1 * b0.y + e2 * b0.z + e3 * b0.w;
    a1 += e0 * b1.x + e1 * b1.y + e2 * b1.z + e3 * b1.w;
    a2 += e0 * b2.x + e1 * b2.y + e2 * b2.z + e3 * b2.w;
    a3 += e0 * b3.x + e1 * b3.y + e2 * b3.z + e3 * b3.w;
    d += 4u * S;
    w += 1u;
  }
  let y0 = work[work0 + (4u + column * 4u) * S + row]; work[work0 + (12u + column * 4u) * S + row] = a0 * (1f - y0 * y0);
  let y1 = work[work0 + (5u + column * 4u) * S + row]; work[work0 + (13u + column * 4u) * S + row] = a1 * (1f - y1 * y1);
  let y2 = work[work0 + (6u + column * 4u) * S + row]; work[work0 + (14u + column * 4u) * S + row] = a2 * (1f - y2 * y2);
  let y3 = work[work0 + (7u + column * 4u) * S + row]; work[work0 + (15u + column * 4u) * S + row] = a3 * (1f - y3 * y3);
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
  if (tile < 2u) {
    let i = (tile - 0u) / 1u;
    let o = (tile - 0u) % 1u;
    var d = work0 + (12u + o * 4u) * S + part;
    if (i == 1u) {
      var t = vec4f(0);
      for (var row = part; row < S; row += 4u) {
        t += vec4f(dot(work[d + 0u * S], vec4f(1)), dot(work[d + 1u * S], vec4f(1)), dot(work[d + 2u * S], vec4f(1)), dot(work[d + 3u * S], vec4f(1)));
        d += 4u;
      }
      work[g0 + 4u + o] = t;
      return;
    }
    var x = work0 + (0u + i * 4u) * S + part;
    var t0 = vec4f(0); var t1 = vec4f(0); var t2 = vec4f(0); var t3 = vec4f(0);
    for (var row = part; row < S; row += 4u) {
      let e0 = work[d + 0u * S]; let v0 = work[x + 0u * S];
      let e1 = work[d + 1u * S]; let v1 = work[x + 1u * S];
      let e2 = work[d + 2u * S]; let v2 = work[x + 2u * S];
      let e3 = work[d + 3u * S]; let v3 = work[x + 3u * S];
      t0 += vec4f(dot(v0, e0), dot(v0, e1), dot(v0, e2), dot(v0, e3));
      t1 += vec4f(dot(v1, e0), dot(v1, e1), dot(v1, e2), dot(v1, e3));
      t2 += vec4f(dot(v2, e0), dot(v2, e1), dot(v2, e2), dot(v2, e3));
      t3 += vec4f(dot(v3, e0), dot(v3, e1), dot(v3, e2), dot(v3, e3));
      d += 4u;
      x += 4u;
    }
    work[g0 + 0u + (i * 4u + 0u) * 1u + o] = t0;
    work[g0 + 0u + (i * 4u + 1u) * 1u + o] = t1;
    work[g0 + 0u + (i * 4u + 2u) * 1u + o] = t2;
    work[g0 + 0u + (i * 4u + 3u) * 1u + o] = t3;
    return;
  }
  if (tile < 4u) {
    let i = (tile - 2u) / 1u;
    let o = (tile - 2u) % 1u;
    var d = work0 + (16u + o * 4u) * S + part;
    if (i == 1u) {
      var t = vec4f(0);
      for (var row = part; row < S; row += 4u) {
        t += vec4f(dot(work[d + 0u * S], vec4f(1)), dot(work[d + 1u * S], vec4f(1)), dot(work[d + 2u * S], vec4f(1)), dot(work[d + 3u * S], vec4f(1)));
        d += 4u;
      }
      work[g0 + 9u + o] = t;
      return;
    }
    var x = work0 + (4u + i * 4u) * S + part;
    var t0 = vec4f(0); var t1 = vec4f(0); var t2 = vec4f(0); var t3 = vec4f(0);
    for (var row = part; row < S; row += 4u) {
      let e0 = work[d + 0u * S]; let v0 = work[x + 0u * S];
      let e1 = work[d + 1u * S]; let v1 = work[x + 1u * S];
      let e2 = work[d + 2u * S]; let v2 = work[x + 2u * S];
      let e3 = work[d + 3u * S]; let v3 = work[x + 3u * S];
      t0 += vec4f(dot(v0, e0), dot(v0, e1), dot(v0, e2), dot(v0, e3));
      t1 += vec4f(dot(v1, e0), dot(v1, e1), dot(v1, e2), dot(v1, e3));
      t2 += vec4f(dot(v2, e0), dot(v2, e1), dot(v2, e2), dot(v2, e3));
      t3 += vec4f(dot(v3, e0), dot(v3, e1), dot(v3, e2), dot(v3, e3));
      d += 4u;
      x += 4u;
    }
    work[g0 + 5u + (i * 4u + 0u) * 1u + o] = t0;
    work[g0 + 5u + (i * 4u + 1u) * 1u + o] = t1;
    work[g0 + 5u + (i * 4u + 2u) * 1u + o] = t2;
    work[g0 + 5u + (i * 4u + 3u) * 1u + o] = t3;
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
