/**
 * Elementary functions in WGSL. The language leaves much open about its own (log near 1 has an absolute error only, tanh
 * may overflow inside), and drivers differ; these are the same everywhere, by the polynomials of
 * `layers/assembly/math.ts` (Cody and Waite 1980; coefficients of Moshier's Cephes library, single precision).
 */
export const MATH = /* wgsl */ `
// Not a constant: the language has none that is infinite.
var<private> infinityBits: u32 = 0x7f800000u;
var<private> nanBits: u32 = 0x7fc00000u;

// Drivers may assume that no number is infinite or NaN; bits are what they are.
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

fn expOf(x: f32) -> f32 {
  let clamped = clamp(x, -87.33654f, 88.72283f);
  let n = round(clamped * 1.44269504f);
  var r = clamped - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  var p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1f;
  // In two factors: 2^128 has none.
  let whole = i32(n);
  let half = whole >> 1u;
  let value = p * bitcast<f32>((half + 127) << 23u) * bitcast<f32>((whole - half + 127) << 23u);
  if (!isFinite(x)) {
    if ((bitcast<u32>(x) & 0x007fffffu) != 0u) { return x; }
    return select(bitcast<f32>(infinityBits), 0f, (bitcast<u32>(x) >> 31u) == 1u);
  }
  return select(select(value, 0f, x < -87.33654f), bitcast<f32>(infinityBits), x > 88.72283f);
}

// log(1 + m) - m for 1 + m between the roots of 1/2 and of 2.
fn logNear(m: f32) -> f32 {
  let z = m * m;
  var p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  return p * m * z - z * 0.5f;
}

fn logOf(x: f32) -> f32 {
  let tiny = x < 1.17549435e-38f;
  let scaled = select(x, x * 8388608f, tiny);
  let word = bitcast<i32>(scaled);
  var e = (word >> 23u) + select(-126, -149, tiny);
  var m = bitcast<f32>((word & 0x007fffff) | 0x3f000000);
  if (m < 0.70710678f) { e = e - 1; m = m + m; }
  m = m - 1f;
  let n = f32(e);
  var y = m + (logNear(m) + n * -2.12194440e-4f) + n * 0.693359375f;
  // Infinite and NaN stay what they are.
  if (x == 0f) { y = -bitcast<f32>(infinityBits); }
  else if (x < 0f) { y = bitcast<f32>(nanBits); }
  else if (!isFinite(x)) { y = x; }
  return y;
}

fn log1pOf(x: f32) -> f32 {
  // Near 0 by the series of log itself, for 1 + x would be rounded, and compilers may undo (1 + x) - 1.
  if (x > -0.29289322f && x < 0.41421356f) { return x + logNear(x); }
  return logOf(x + 1f);
}

fn sigmoidOf(x: f32) -> f32 { return 1f / (1f + expOf(-x)); }

fn tanhOf(x: f32) -> f32 {
  let size = abs(x);
  if (size < 0.625f) {
    let z = x * x;
    var p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    return x + x * (z * p);
  }
  let far = 1f - 2f / (expOf(size + size) + 1f);
  return select(far, -far, x < 0f);
}

fn erfOf(x: f32) -> f32 {
  let c = clamp(x, -4f, 4f);
  let z = c * c;
  var p = -2.72614225801306e-10f;
  p = p * z + 2.77068142495902e-8f;
  p = p * z - 2.10102402082508e-6f;
  p = p * z - 5.69250639462346e-5f;
  p = p * z - 7.34990630326855e-4f;
  p = p * z - 2.95459980854025e-3f;
  p = p * z - 1.60960333262415e-2f;
  var q = -1.45660718464996e-5f;
  q = q * z - 2.13374055278905e-4f;
  q = q * z - 1.68282697438203e-3f;
  q = q * z - 7.37332916720468e-3f;
  q = q * z - 1.42647390514189e-2f;
  return c * p / q;
}

fn powOf(x: f32, y: f32) -> f32 {
  if (y == 0f) { return 1f; }
  let size = expOf(y * logOf(abs(x)));
  if (x >= 0f) { return size; }
  if (round(y) != y) { return bitcast<f32>(nanBits); }
  let half = y * 0.5f;
  return select(size, -size, round(half) != half);
}

// A term that is switched off has no part, be it infinite or not.
fn scaled(weight: f32, x: f32) -> f32 { return select(weight * x, 0f, weight == 0f); }
`;
