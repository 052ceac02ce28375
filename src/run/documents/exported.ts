import type { RunLog } from '../../engine/protocol.ts';
import type { KnobValues } from '../../terms/knob.ts';
import { toCsv, toJson } from './documents.ts';
import type { Heard } from '../state/heard.svelte.ts';

/**
 * The run as the text of a document.
 *
 * @param told knobs at step 0, where what it was loaded with is still being told @throws Error for unknown kinds
 */
export async function exported(
  run: Pick<Heard, 'lab' | 'config' | 'source' | 'series'> & { log: () => Promise<RunLog> },
  kind: string,
  version: string,
  told: KnobValues | undefined,
): Promise<string> {
  const { lab, config, source } = run;
  if (kind === 'yaml') return (await import('./yaml.ts')).toYaml(lab, config, source, told);
  if (kind !== 'csv' && kind !== 'json')
    throw new Error(`There is no export "${kind}". Known: yaml, csv, json.`);
  const series = run.series.toRecord();
  return kind === 'csv' ? toCsv(series) : toJson(version, await run.log(), series);
}
