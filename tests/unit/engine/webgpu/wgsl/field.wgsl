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
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) local: u32) {
  let member = span.member + place.z;
  let lanes = span.stride * 4u;
  let work0 = place.z * span.pitch * 4u;
  let scratch0 = work0 + (13u * span.stride + 20u) * 4u;
  let n0 = member * 24u;
  let k3 = numbers[n0 + 11u];
  let k4 = numbers[n0 + 12u];
  let k5 = numbers[n0 + 13u];
  let k7 = numbers[n0 + 15u];
  let k8 = numbers[n0 + 16u];
  let k9 = numbers[n0 + 17u];
  let k10 = numbers[n0 + 18u];
  let k11 = numbers[n0 + 19u];
  let k13 = numbers[n0 + 21u];
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 0u + (0u + r * 1u) * 2u + lane] = sigmoidOf(work[work0 + (4u + 0u + r * 1u) * lanes + lane]); }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; var s = 0f; for (var j = 0u; j < 3u; j++) { s += work[scratch0 + 0u + (0u + j * 1u + r) * 2u + lane] * targets[sampleOf(member, lane) * 3u + 0u + j * 1u + r]; } work[scratch0 + 6u + (0u + r) * 2u + lane] = s; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 8u + (0u) * 2u + lane] = 2f * work[scratch0 + 6u + (0u) * 2u + lane] + 1f; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; var s = 0f; for (var j = 0u; j < 3u; j++) { s += work[scratch0 + 0u + (0u + j * 1u + r) * 2u + lane]; } work[scratch0 + 6u + (0u + r) * 2u + lane] = s; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; var s = 0f; for (var j = 0u; j < 3u; j++) { s += targets[sampleOf(member, lane) * 3u + 0u + j * 1u + r]; } work[scratch0 + 10u + (0u + r) * 2u + lane] = s; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 12u + (0u) * 2u + lane] = work[scratch0 + 6u + (0u) * 2u + lane] + work[scratch0 + 10u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 10u + (0u) * 2u + lane] = work[scratch0 + 12u + (0u) * 2u + lane] + 1f; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 12u + (0u) * 2u + lane] = work[scratch0 + 8u + (0u) * 2u + lane] / work[scratch0 + 10u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 8u + (0u) * 2u + lane] = 1f - work[scratch0 + 12u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { var s = 0f; for (var j = 0u; j < 2u; j++) { s += work[scratch0 + 8u + (0u + r * 1u) * 2u + j]; } work[scratch0 + 14u + 0u + r * 1u] = s; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 15u + 0u] = work[scratch0 + 14u + 0u] / 2f; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 8u + (0u) * 2u + lane] = work[scratch0 + 6u + (0u) * 2u + lane] / 3f; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { var s = 0f; for (var j = 0u; j < 2u; j++) { s += work[scratch0 + 8u + (0u + r * 1u) * 2u + j]; } work[scratch0 + 16u + 0u + r * 1u] = s; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 17u + 0u] = work[scratch0 + 16u + 0u] / 2f; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 18u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 0u + (0u + r * 1u) * 2u + lane] - work[scratch0 + 17u + 0u]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 24u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 0u + (0u + r * 1u) * 2u + lane] - work[scratch0 + 8u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var r = local; r < 3u; r += 64u) { var s = 0f; for (var j = 0u; j < 2u; j++) { s += work[scratch0 + 0u + (0u + r * 1u) * 2u + j]; } work[scratch0 + 30u + 0u + r * 1u] = s; }
  storageBarrier();
  for (var r = local; r < 3u; r += 64u) { let lane = 0u; work[scratch0 + 33u + 0u + r * 1u] = work[scratch0 + 30u + 0u + r * 1u] / 2f; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 36u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 0u + (0u + r * 1u) * 2u + lane] - work[scratch0 + 33u + 0u + r * 1u]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 6u + (0u) * 2u + lane] = work[scratch0 + 8u + (0u) * 2u + lane] - work[scratch0 + 17u + 0u]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 42u + (0u + r * 1u) * 2u + lane] = select(work[scratch0 + 6u + (0u) * 2u + lane], work[scratch0 + 36u + (0u + r * 1u) * 2u + lane], k3 != 0f); }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 36u + (0u + r * 1u) * 2u + lane] = select(work[scratch0 + 42u + (0u + r * 1u) * 2u + lane], work[scratch0 + 24u + (0u + r * 1u) * 2u + lane], k4 != 0f); }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 24u + (0u + r * 1u) * 2u + lane] = select(work[scratch0 + 36u + (0u + r * 1u) * 2u + lane], work[scratch0 + 18u + (0u + r * 1u) * 2u + lane], k5 != 0f); }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; var s = 0f; for (var j = 0u; j < 3u; j++) { s += work[scratch0 + 24u + (0u + j * 1u + r) * 2u + lane] * work[scratch0 + 24u + (0u + j * 1u + r) * 2u + lane]; } work[scratch0 + 8u + (0u + r) * 2u + lane] = s; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 6u + (0u) * 2u + lane] = work[scratch0 + 8u + (0u) * 2u + lane] / 3f; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { var s = 0f; for (var j = 0u; j < 2u; j++) { s += work[scratch0 + 6u + (0u + r * 1u) * 2u + j]; } work[scratch0 + 48u + 0u + r * 1u] = s; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 17u + 0u] = work[scratch0 + 48u + 0u] / 2f; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 49u + 0u] = 0.009999999776482582f - work[scratch0 + 17u + 0u]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 50u + 0u] = select(work[scratch0 + 49u + 0u], 0f, work[scratch0 + 49u + 0u] <= 0f); }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 51u + 0u] = work[scratch0 + 50u + 0u] / 0.009999999776482582f; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 50u + 0u] = 1f - work[scratch0 + 17u + 0u]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 17u + 0u] = work[scratch0 + 50u + 0u] * work[scratch0 + 50u + 0u]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 52u + 0u] = select(work[scratch0 + 17u + 0u], work[scratch0 + 51u + 0u], k7 != 0f); }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 51u + 0u] = scaled(k8, work[scratch0 + 52u + 0u]); }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 53u + 0u] = scaled(k9, work[scratch0 + 15u + 0u]) + work[scratch0 + 51u + 0u]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 8u + (0u) * 2u + lane] = scaled(k10, 1f / work[scratch0 + 10u + (0u) * 2u + lane]); }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 6u + (0u) * 2u + lane] = work[scratch0 + 8u + (0u) * 2u + lane] * 2f; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 17u + 0u] = scaled(k11, work[scratch0 + 50u + 0u]); }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 52u + 0u] = work[scratch0 + 17u + 0u] + work[scratch0 + 17u + 0u]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 15u + 0u] = -work[scratch0 + 52u + 0u]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 51u + 0u] = select(0f, 1f, work[scratch0 + 49u + 0u] > 0f); }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 50u + 0u] = scaled(k13, work[scratch0 + 51u + 0u]); }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 17u + 0u] = -work[scratch0 + 50u + 0u]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 52u + 0u] = work[scratch0 + 15u + 0u] + work[scratch0 + 17u + 0u]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 49u + 0u] = work[scratch0 + 52u + 0u] / 2f; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 51u + 0u] = work[scratch0 + 49u + 0u] / 3f; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 42u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 51u + 0u] * work[scratch0 + 24u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 18u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 42u + (0u + r * 1u) * 2u + lane] + work[scratch0 + 42u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 36u + (0u + r * 1u) * 2u + lane] = select(work[scratch0 + 18u + (0u + r * 1u) * 2u + lane], 0f, k5 != 0f); }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 24u + (0u + r * 1u) * 2u + lane] = select(work[scratch0 + 36u + (0u + r * 1u) * 2u + lane], 0f, k4 != 0f); }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 42u + (0u + r * 1u) * 2u + lane] = select(0f, work[scratch0 + 24u + (0u + r * 1u) * 2u + lane], k3 != 0f); }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 54u + (0u + r * 1u) * 2u + lane] = -work[scratch0 + 42u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var r = local; r < 3u; r += 64u) { var s = 0f; for (var j = 0u; j < 2u; j++) { s += work[scratch0 + 54u + (0u + r * 1u) * 2u + j]; } work[scratch0 + 60u + 0u + r * 1u] = s; }
  storageBarrier();
  for (var r = local; r < 3u; r += 64u) { let lane = 0u; work[scratch0 + 33u + 0u + r * 1u] = work[scratch0 + 60u + 0u + r * 1u] / 2f; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 54u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 42u + (0u + r * 1u) * 2u + lane] + work[scratch0 + 33u + 0u + r * 1u]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 42u + (0u + r * 1u) * 2u + lane] = select(0f, work[scratch0 + 36u + (0u + r * 1u) * 2u + lane], k4 != 0f); }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 36u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 54u + (0u + r * 1u) * 2u + lane] + work[scratch0 + 42u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 54u + (0u + r * 1u) * 2u + lane] = select(0f, work[scratch0 + 18u + (0u + r * 1u) * 2u + lane], k5 != 0f); }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 18u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 36u + (0u + r * 1u) * 2u + lane] + work[scratch0 + 54u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 36u + (0u + r * 1u) * 2u + lane] = select(work[scratch0 + 24u + (0u + r * 1u) * 2u + lane], 0f, k3 != 0f); }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; var s = 0f; for (var j = 0u; j < 3u; j++) { s += work[scratch0 + 36u + (0u + j * 1u + r) * 2u + lane]; } work[scratch0 + 8u + (0u + r) * 2u + lane] = s; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 24u + (0u + r * 1u) * 2u + lane] = -work[scratch0 + 42u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; var s = 0f; for (var j = 0u; j < 3u; j++) { s += work[scratch0 + 24u + (0u + j * 1u + r) * 2u + lane]; } work[scratch0 + 63u + (0u + r) * 2u + lane] = s; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 65u + (0u) * 2u + lane] = work[scratch0 + 8u + (0u) * 2u + lane] + work[scratch0 + 63u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 63u + (0u) * 2u + lane] = -work[scratch0 + 8u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { var s = 0f; for (var j = 0u; j < 2u; j++) { s += work[scratch0 + 63u + (0u + r * 1u) * 2u + j]; } work[scratch0 + 67u + 0u + r * 1u] = s; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 36u + (0u + r * 1u) * 2u + lane] = -work[scratch0 + 54u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var r = local; r < 3u; r += 64u) { var s = 0f; for (var j = 0u; j < 2u; j++) { s += work[scratch0 + 36u + (0u + r * 1u) * 2u + j]; } work[scratch0 + 68u + 0u + r * 1u] = s; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; var s = 0f; for (var j = 0u; j < 3u; j++) { s += work[scratch0 + 68u + 0u + j * 1u + r]; } work[scratch0 + 50u + 0u + r] = s; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 15u + 0u] = work[scratch0 + 67u + 0u] + work[scratch0 + 50u + 0u]; }
  storageBarrier();
  for (var r = local; r < 1u; r += 64u) { let lane = 0u; work[scratch0 + 17u + 0u] = work[scratch0 + 15u + 0u] / 2f; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 8u + (0u) * 2u + lane] = work[scratch0 + 65u + (0u) * 2u + lane] + work[scratch0 + 17u + 0u]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 63u + (0u) * 2u + lane] = work[scratch0 + 8u + (0u) * 2u + lane] / 3f; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 65u + (0u) * 2u + lane] = scaled(k10, work[scratch0 + 12u + (0u) * 2u + lane]); }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 8u + (0u) * 2u + lane] = work[scratch0 + 65u + (0u) * 2u + lane] / work[scratch0 + 10u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 12u + (0u) * 2u + lane] = -work[scratch0 + 8u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 2u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 65u + (0u) * 2u + lane] = work[scratch0 + 63u + (0u) * 2u + lane] + work[scratch0 + 12u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 42u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 18u + (0u + r * 1u) * 2u + lane] + work[scratch0 + 65u + (0u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 24u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 6u + (0u) * 2u + lane] * targets[sampleOf(member, lane) * 3u + 0u + r * 1u] + work[scratch0 + 42u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 54u + (0u + r * 1u) * 2u + lane] = 1f - work[scratch0 + 0u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[scratch0 + 36u + (0u + r * 1u) * 2u + lane] = work[scratch0 + 0u + (0u + r * 1u) * 2u + lane] * work[scratch0 + 54u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  for (var i = local; i < 6u; i += 64u) { let r = i / 2u; let lane = i % 2u; work[work0 + (8u + 0u + r * 1u) * lanes + lane] = work[scratch0 + 24u + (0u + r * 1u) * 2u + lane] * work[scratch0 + 36u + (0u + r * 1u) * 2u + lane]; }
  storageBarrier();
  if (local == 0u) { work[work0 + 12u * lanes] = work[scratch0 + 53u + 0u]; }
}
