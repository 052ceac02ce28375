import { stringify } from 'yaml';
import { labs } from '../labs/index.ts';
import type { Lab } from '../labs/lab.ts';
import type { Config } from './config.ts';
import { differences, emptyLoadable, type Loadable } from './documents.ts';
import { placed } from './places.ts';
import { take } from './reading.ts';
import { readYamlText, type ReadYaml } from './yamlText.ts';

/** A configuration as YAML: the differences from its preset, under the field note's own keys. */
export function toYaml(lab: Lab, config: Config): string {
  return stringify({
    lab: config.lab,
    preset: config.preset,
    seed: config.seed,
    ...differences(lab, config),
  });
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
 * @param lab what it is a configuration of, unless it names another lab itself
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
  const named = read.leaves.findLast(({ path }) => path === 'lab')?.value;
  const own = labs.find(({ id }) => id === named) ?? lab;
  for (const leaf of read.leaves) {
    take(leaf, own, loaded);
    if (leaf.path === 'events') loaded.eventPlaces = leaf.items;
  }
  return loaded;
}
