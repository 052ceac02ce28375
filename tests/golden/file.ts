import type { GoldenFile } from './types.ts';

/**
 * Reads a golden file; undefined for one that describes the others (no family, no cases), as README.json does.
 *
 * @throws Error that says what is wrong with the file
 */
export function parseGoldenFile(name: string, text: string): GoldenFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is not JSON: ${String(error)}`, { cause: error });
  }
  const file = (typeof value === 'object' && value !== null ? value : {}) as Partial<GoldenFile>;
  if (file.family === undefined && file.cases === undefined) return undefined;
  const { tolerance, cases } = file;
  if (!Array.isArray(cases)) throw new Error(`${name} has no list of cases.`);
  for (const bound of ['float64_rtol', 'float64_atol', 'float32_rtol', 'float32_atol'] as const) {
    if (typeof tolerance?.[bound] !== 'number') throw new Error(`${name} has no tolerance ${bound}.`);
  }
  for (const [i, golden] of cases.entries()) {
    const fields = golden as Partial<typeof golden> | null;
    if (!fields?.id || !fields.op || !fields.inputs || !fields.hyper || !fields.expected?.terms) {
      throw new Error(`Case ${i} of ${name} lacks an id, op, inputs, hyper or expected terms.`);
    }
  }
  return file as GoldenFile;
}
