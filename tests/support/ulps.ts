/** Distance in units of the last place of f32 at the expected value; the same infinity or NaN is no distance. */
export function ulps(got: number, expected: number): number {
  const rounded = Math.fround(expected);
  if (Object.is(got, rounded) || got === rounded) return 0;
  const size = Math.max(Math.abs(expected), 2 ** -126);
  const place = 2 ** (Math.floor(Math.log2(size)) - 23);
  return Math.abs(got - expected) / place;
}

export const span = (from: number, to: number, n = 20_000): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
/** Every binade alike. */
export const powers = (from: number, to: number): Float32Array => span(from, to).map((x) => 2 ** x);
