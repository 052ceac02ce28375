import * as v from 'valibot';
import { EXECUTORS, type ExecutorId, type RunLog } from '../../engine/protocol.ts';
import { isLab, labs, loadLab } from '../../labs/index.ts';
import { presetKnobs, type Lab, type Problem } from '../../labs/lab.ts';
import type { KnobValue, KnobValues } from '../../terms/knob.ts';
import { checkKnobs, ConfigError, seedSchema } from './config.ts';
import { type Loadable, placed } from './documents.ts';
import { eventsIn } from './events.ts';
import { checkExecutor } from './executors.ts';
import { fromLink } from './link.ts';
import { isRecord } from './shapes.ts';
import { inSlices } from './slices.ts';

export { checkMoves } from './config.ts';
export { isPacked, toLink } from './link.ts';
export { revived, withDefaults } from '../state/revive.ts';

/** @throws Error that names the executors that there are */
export const known = (id: string): void => {
  checkExecutor(id);
};

/** What a run can be loaded from. A field that is given counts more than the document that says it too. */
export interface LoadRequest {
  lab?: string;
  preset?: string;
  seed?: number;
  /** A configuration: differences from its preset, or from the defaults where it names none. */
  yaml?: string;
  /** A run as `export('json')` writes it, a log, or a configuration, as the text of JSON. */
  json?: string;
  /** A link, or the hash of one: as `share()` writes them. */
  url?: string;
  /** A run's own log: replays it. */
  log?: RunLog;
  executor?: ExecutorId;
}

const FIELDS = ['lab', 'preset', 'seed', 'yaml', 'json', 'url', 'log', 'executor'] as const;

/** What a request stands on where it says nothing. */
export interface Standing {
  lab: Lab;
  preset: string;
  seed: number;
  executor: ExecutorId | undefined;
}

export interface Resolved {
  lab: Lab;
  log: RunLog;
  /** What was repaired, by name. */
  problems: Problem[];
  /** The YAML that it was read from, for whoever writes it again with its comments. */
  source?: string;
  /** Targets that a document describes, which no run has: for the doctor. */
  targets?: NonNullable<Loadable['targets']>;
  /** Whether the run may be handed over by itself: nobody chose who trains, and no curve is to be the same again. */
  free?: true;
}

/**
 * Turns a request into the log of a run. Single wrong values of a document are repaired and named; what cannot be read
 * or trained at all is refused, so that the run on the page stays.
 *
 * @throws Error or ConfigError with a sentence
 */
export async function resolveRequest(request: LoadRequest, standing: Standing): Promise<Resolved> {
  checkForm(request);
  const asked = request.lab ?? request.log?.lab;
  const reading = asked === undefined ? standing.lab : await loadLab(asked);
  const linked = await readLink(reading, request.url);
  const given = (await readDocument(reading, request)) ?? linked;
  // A link that says nothing of a run is none; what was wrong with it is said all the same.
  const document = given && !isEmpty(given) ? given : undefined;
  /** With the place in the document where it stands. */
  const at = (problem: Problem): Problem => placed(problem, document?.places.get(problem.key));
  if (asked === undefined && document?.lab !== undefined && !isLab(document.lab))
    throw new ConfigError([at({ key: 'lab', text: noLab(document.lab) })]);
  const lab = asked === undefined && document?.lab !== undefined ? await loadLab(document.lab) : reading;
  const problems = [...(given?.problems ?? [])];
  const executor =
    request.executor ?? request.log?.executor ?? linkedExecutor(document, problems) ?? standing.executor;
  if (executor !== undefined) checkExecutor(executor);

  const asking = request.preset ?? request.log?.preset;
  const named = asking ?? document?.preset;
  const standingPreset = lab.id === standing.lab.id && standing.preset ? standing.preset : lab.opening;
  const wanted = named ?? (document ? undefined : standingPreset);
  const preset = lab.presets.find(({ id }) => id === wanted);
  if (wanted !== undefined && !preset) {
    const text = noPreset(lab, wanted);
    throw asking === undefined ? new ConfigError([at({ key: 'preset', text })]) : new Error(text);
  }
  const base = presetKnobs(lab, preset?.id);
  const checked = checkKnobs(lab, { ...document?.knobs, ...request.log?.knobs }, base);
  let { knobs } = checked;
  problems.push(...checked.problems.map(at));
  if (document && named === undefined) completed(lab, knobs, problems, document);
  const impossible = lab.check({ ...base, ...knobs });
  if (impossible.length > 0 && (!linked || document !== linked)) throw new ConfigError(impossible.map(at));
  // A link always leads to a run that can be trained.
  if (impossible.length > 0) knobs = withoutImpossible(lab, base, knobs, impossible);

  const moved = request.log?.events ?? document?.events;
  const told =
    moved === undefined
      ? undefined
      : await inSlices(eventsIn(lab, moved, request.log?.events ? undefined : document?.placeOfEvent));
  problems.push(...(told?.problems ?? []).map((one) => (Array.isArray(moved) ? one : at(one))));
  // A document or log that says nothing of events has none; a preset by itself tells its own, also by link.
  const bare =
    !request.log && (!document || (document === linked && Object.keys(document.knobs).length === 0));
  const events = told?.events ?? (bare ? (preset?.events ?? []) : []);
  const seed = seedOf(request, document, standing, problems);
  return {
    lab,
    problems,
    ...(executor === undefined && !told?.events.length && { free: true as const }),
    ...(request.yaml !== undefined && { source: request.yaml }),
    ...(document?.targets && { targets: document.targets }),
    log: {
      lab: lab.id,
      preset: preset?.id ?? lab.plain,
      seed,
      knobs: { ...base, ...knobs },
      events,
      ...(executor && { executor }),
    },
  };
}

/** What types promise, held against what consoles and files give. */
function checkForm(request: unknown): asserts request is LoadRequest {
  if (!isPlain(request)) throw new Error('load() takes an object, such as { preset: "before" }.');
  const unknown = Object.keys(request).find((key) => !FIELDS.some((name) => name === key));
  if (unknown !== undefined)
    throw new Error(`load() does not know "${unknown.slice(0, 80)}". Known: ${FIELDS.join(', ')}.`);
  for (const [field, takes] of Object.entries(TEXTS))
    if (request[field] !== undefined && typeof request[field] !== 'string') throw new Error(takes);
  const { log } = request;
  if (log === undefined) return;
  if (!isPlain(log)) throw new Error('load({ log }) takes the log of a run, as lab.log() gives it.');
  if (log['knobs'] !== undefined && !isPlain(log['knobs']))
    throw new Error('The knobs of load({ log }) are an object of keys and values, as lab.log() gives them.');
}

/** Fields that are texts, and what is said where they are not. */
const TEXTS: Readonly<Record<string, string>> = {
  yaml: 'load({ yaml }) takes the text of a configuration.',
  json: 'load({ json }) takes the text of a run or a configuration; an object is load({ log }).',
  url: 'load({ url }) takes a link as text, as lab.share() gives it.',
};

/** An object of fields: no list, and nothing that has a content besides them, such as a Map or a Date. */
const isPlain = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) && Object.prototype.toString.call(value) === '[object Object]';

/** What follows the # of a link; a hash by itself is taken as it is. */
function hashOf(url: string): string {
  const at = url.indexOf('#');
  if (at >= 0) return url.slice(at + 1);
  return /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? '' : url;
}

const isEmpty = ({ lab, preset, seed, knobs, events, executor, targets, unreadable }: Loadable): boolean =>
  !unreadable &&
  [lab, preset, seed, events, executor, targets].every((field) => field === undefined) &&
  Object.keys(knobs).length === 0;

function linkedExecutor(document: Loadable | undefined, problems: Problem[]): ExecutorId | undefined {
  const asked = document?.executor;
  if (asked === undefined) return undefined;
  const found = EXECUTORS.find((id) => id === asked);
  if (!found)
    problems.push(
      placed(
        {
          key: 'executor',
          text: `There is no executor “${asked.slice(0, 60)}”. Known: ${EXECUTORS.join(', ')}.`,
        },
        document?.places.get('executor'),
      ),
    );
  return found;
}

/** Knobs without those that cannot be trained together; those of the preset stand in for them. */
function withoutImpossible(
  lab: Lab,
  base: KnobValues,
  knobs: Readonly<Record<string, KnobValue>>,
  impossible: readonly Problem[],
): Record<string, KnobValue> {
  const kept = Object.fromEntries(
    Object.entries(knobs).filter(([key]) => !impossible.some((problem) => problem.key === key)),
  );
  return lab.check({ ...base, ...kept }).length === 0 ? kept : {};
}

/** @throws ConfigError where nothing of it can be read */
async function readDocument(lab: Lab, { yaml, json }: LoadRequest): Promise<Loadable | undefined> {
  let document: Loadable | undefined;
  if (yaml !== undefined) {
    const { fromYaml } = await import('./yaml.ts');
    document = await readAs(lab, (its) => fromYaml(its, yaml));
  } else if (json !== undefined) {
    const { fromJson } = await import('./json.ts');
    document = await readAs(lab, (its) => inSlices(fromJson(its, json)));
  }
  if (document?.unreadable) throw new ConfigError(document.problems);
  return document;
}

/** A link to a lab that there is not leads to the lab that is open. */
async function readLink(lab: Lab, url: string | undefined): Promise<Loadable | undefined> {
  if (url === undefined) return undefined;
  const document = await readAs(lab, (its) => inSlices(fromLink(its, hashOf(url))));
  if (document.lab === undefined || isLab(document.lab)) return document;
  document.problems.push({ key: 'lab', text: noLab(document.lab) });
  delete document.lab;
  return document;
}

/** Reads a document; one that names another lab is read by the keys of that lab. */
async function readAs(lab: Lab, read: (lab: Lab) => Loadable | Promise<Loadable>): Promise<Loadable> {
  const document = await read(lab);
  const { lab: named } = document;
  return named === lab.id || !isLab(named) ? document : read(await loadLab(named));
}

const noLab = (id: string): string =>
  `There is no lab “${id.slice(0, 60)}”. Known: ${labs.map((lab) => lab.id).join(', ')}.`;

const noPreset = (lab: Lab, id: string): string =>
  `${lab.title} has no preset "${id}". Known: ${lab.presets.map((preset) => preset.id).join(', ')}.`;

/** The field notes give a logit norm and take for granted that LogitNorm is on. */
function completed(
  lab: Lab,
  knobs: Record<string, KnobValue>,
  problems: Problem[],
  document: Loadable,
): void {
  const [length, on] = ['model.logit_norm', 'model.use_logit_norm'] as const;
  if (knobs[length] === undefined || knobs[on] !== undefined) return;
  if (!lab.knobs.some(({ key }) => key === on)) return;
  knobs[on] = true;
  const problem = {
    key: on,
    text: `${length} is given without ${on}; LogitNorm was switched on.`,
    used: true,
  };
  problems.push(placed(problem, document.places.get(length)));
}

function seedOf(
  request: LoadRequest,
  document: Loadable | undefined,
  standing: Standing,
  problems: Problem[],
): number {
  const seed = v.safeParse(seedSchema, request.seed ?? request.log?.seed ?? document?.seed ?? standing.seed);
  if (seed.success) return seed.output;
  const problem = { key: 'seed', text: seed.issues[0].message, used: standing.seed };
  if (request.seed !== undefined) throw new ConfigError([problem]);
  problems.push(placed(problem, document?.places.get('seed')));
  return standing.seed;
}
