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
  work[work0 + (8u + column * 4u) * S + row] = y0;
  work[work0 + (4u + column * 4u) * S + row] = y0 * vec4f(sigmoidOf(y0.x), sigmoidOf(y0.y), sigmoidOf(y0.z), sigmoidOf(y0.w));
  work[work0 + (9u + column * 4u) * S + row] = y1;
  work[work0 + (5u + column * 4u) * S + row] = y1 * vec4f(sigmoidOf(y1.x), sigmoidOf(y1.y), sigmoidOf(y1.z), sigmoidOf(y1.w));
  work[work0 + (10u + column * 4u) * S + row] = y2;
  work[work0 + (6u + column * 4u) * S + row] = y2 * vec4f(sigmoidOf(y2.x), sigmoidOf(y2.y), sigmoidOf(y2.z), sigmoidOf(y2.w));
  work[work0 + (11u + column * 4u) * S + row] = y3;
  work[work0 + (7u + column * 4u) * S + row] = y3 * vec4f(sigmoidOf(y3.x), sigmoidOf(y3.y), sigmoidOf(y3.z), sigmoidOf(y3.w));
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
  var d = work0 + 20u * S + row;
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
  let y0 = work[work0 + (4u + column * 4u) * S + row]; let z0 = work[work0 + (8u + column * 4u) * S + row]; work[work0 + (16u + column * 4u) * S + row] = a0 * (vec4f(sigmoidOf(z0.x), sigmoidOf(z0.y), sigmoidOf(z0.z), sigmoidOf(z0.w)) * (1f + z0 * (1f - vec4f(sigmoidOf(z0.x), sigmoidOf(z0.y), sigmoidOf(z0.z), sigmoidOf(z0.w)))));
  let y1 = work[work0 + (5u + column * 4u) * S + row]; let z1 = work[work0 + (9u + column * 4u) * S + row]; work[work0 + (17u + column * 4u) * S + row] = a1 * (vec4f(sigmoidOf(z1.x), sigmoidOf(z1.y), sigmoidOf(z1.z), sigmoidOf(z1.w)) * (1f + z1 * (1f - vec4f(sigmoidOf(z1.x), sigmoidOf(z1.y), sigmoidOf(z1.z), sigmoidOf(z1.w)))));
  let y2 = work[work0 + (6u + column * 4u) * S + row]; let z2 = work[work0 + (10u + column * 4u) * S + row]; work[work0 + (18u + column * 4u) * S + row] = a2 * (vec4f(sigmoidOf(z2.x), sigmoidOf(z2.y), sigmoidOf(z2.z), sigmoidOf(z2.w)) * (1f + z2 * (1f - vec4f(sigmoidOf(z2.x), sigmoidOf(z2.y), sigmoidOf(z2.z), sigmoidOf(z2.w)))));
  let y3 = work[work0 + (7u + column * 4u) * S + row]; let z3 = work[work0 + (11u + column * 4u) * S + row]; work[work0 + (19u + column * 4u) * S + row] = a3 * (vec4f(sigmoidOf(z3.x), sigmoidOf(z3.y), sigmoidOf(z3.z), sigmoidOf(z3.w)) * (1f + z3 * (1f - vec4f(sigmoidOf(z3.x), sigmoidOf(z3.y), sigmoidOf(z3.z), sigmoidOf(z3.w)))));
}
