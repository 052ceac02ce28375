// forward 0, bound to network
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
  work[work0 + (4u + column * 4u) * S + row] = select(y0_0, vec4f(0), y0_0 <= vec4f(0));
  work[work0 + (5u + column * 4u) * S + row] = select(y0_1, vec4f(0), y0_1 <= vec4f(0));
  work[work0 + (6u + column * 4u) * S + row] = select(y0_2, vec4f(0), y0_2 <= vec4f(0));
  work[work0 + (7u + column * 4u) * S + row] = select(y0_3, vec4f(0), y0_3 <= vec4f(0));
}

// backward 1, bound to network
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
      let y = work[work0 + 4u * S + one]; let z = work[work0 + 4u * S + one]; work[work0 + 12u * S + one] *= select(vec4f(0), vec4f(1), y > vec4f(0));
    }
  }
}
