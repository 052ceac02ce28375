import { stringify } from 'yaml';
import { presetKnobs, type Lab } from '../../labs/lab.ts';
import type { KnobValues } from '../../terms/knob.ts';
import { checkKnobs, type Config } from './config.ts';
import { differences, emptyLoadable, type Loadable, placed } from './documents.ts';
import { take } from './reading.ts';
import { keptYaml } from './yamlKept.ts';
import { readYamlText, type ReadYaml } from './yamlText.ts';

/**
 * A configuration as YAML: the differences from its preset, under the field note's own keys.
 *
 * @param source what it was loaded from: is written into, so that its comments stay; where it has a form that does not
 * allow it, they are lost
 * @param told the knobs at step 0, as long as the events of the source are still being told
 */
export function toYaml(lab: Lab, config: Config, source?: string, told?: KnobValues): string {
  const begun = { ...config, knobs: told ?? config.knobs };
  const kept = source === undefined ? undefined : keptYaml(lab, begun, source, told !== undefined);
  // Comments are worth much, and what the file says is worth more: it is read again before it is handed out.
  if (kept !== undefined && says(lab, begun, kept)) return kept;
  return stringify({
    lab: config.lab,
    preset: config.preset,
    seed: config.seed,
    ...differences(lab, config),
  });
}

function says(lab: Lab, config: Config, text: string): boolean {
  const read = fromYaml(lab, text);
  const { knobs } = checkKnobs(lab, read.knobs);
  const all = { ...presetKnobs(lab, read.preset), ...knobs };
  return (
    !read.unreadable &&
    (['lab', 'preset', 'seed'] as const).every((name) => read[name] === config[name]) &&
    lab.knobs.every(({ key }) => all[key] === config.knobs[key])
  );
}

/** The knobs alone that differ from the preset; empty where none does. */
export function differencesYaml(lab: Lab, config: Config): string {
  const groups = differences(lab, config);
  return Object.keys(groups).length === 0 ? '' : stringify(groups);
}

/**
 * Reads a configuration from YAML. Keys may be nested in groups, dotted, or short where only one knob ends so (one that
 * stands in another group is read and named); the field note's spelling of schedules is understood. Everything that is
 * not, is named with its line.
 *
 * @param lab what it is a configuration of, unless it names another lab itself: then it is to be read again with that one
 */
export function fromYaml(lab: Lab, text: string): Loadable {
  const loaded = emptyLoadable();
  let read: ReadYaml;
  try {
    read = readYamlText(text);
  } catch (error) {
    const problem = { key: 'yaml', text: error instanceof Error ? error.message : String(error) };
    const line = /^This is not valid YAML, line (\d+)/.exec(problem.text)?.[1];
    return {
      ...loaded,
      problems: [line === undefined ? problem : placed(problem, { text: '', line: Number(line) })],
      unreadable: true,
    };
  }
  for (const leaf of read.leaves) {
    take(leaf, lab, loaded);
    if (leaf.path === 'events') loaded.placeOfEvent = (i) => leaf.items[i];
  }
  return loaded;
}
