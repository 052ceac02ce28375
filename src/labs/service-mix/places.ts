import { cityTargets } from '../../science/city.ts';
import type { RandomStream } from '../../science/random.ts';
import type { ReadPublic } from '../lab.ts';
import type { Places, World } from './world.ts';

/** `public/data/places/places.json`, written by `npm run places`: columns of whole numbers. */
interface PlacesFile {
  version: 1;
  tau_km: number;
  step: { map: number };
  kinds: { label: string; x: number[]; y: number[] }[];
  states: { code: string[]; first: number[] };
  places: { count: number; name: string[]; x: number[]; y: number[]; km: number[][] };
}

/** τ for which the file's own length is used; other values scale it. */
const USUAL_TAU = 0.04;
/** Where in the data stream the order of the counties is drawn. */
const ORDER = 2 ** 22;
/** At least this share of the counties is left for training. */
const TRAINING_SHARE = 0.5;

/** US counties with their distances, in km, to the nearest place of eight kinds. */
export async function readPlaces(
  read: ReadPublic,
  stream: RandomStream,
  options: { points: number; validation: number; tau: number },
): Promise<World> {
  const file = checked(await read('data/places/places.json'));
  const tau = (file.tau_km * options.tau) / USUAL_TAU;
  const { count } = file.places;
  const order = Array.from({ length: count }, (_, row) => ({ row, at: stream.uniform(ORDER + row) }))
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
  const validation = Math.min(options.validation, Math.floor(count * (1 - TRAINING_SHARE)));
  const some = (rows: readonly number[]): Places => describe(file, rows, tau);
  return {
    categories: file.kinds.map(({ label }) => label),
    validation: some(order.slice(0, validation)),
    train: some(order.slice(validation, validation + options.points)),
    stage: some(Array.from({ length: count }, (_, row) => row)),
    gridSize: 0,
    services: Float32Array.from(
      file.kinds.flatMap(({ x, y }, kind) =>
        x.flatMap((value, i) => [value * file.step.map, (y[i] as number) * file.step.map, kind]),
      ),
    ),
    tau,
  };
}

function describe(file: PlacesFile, rows: readonly number[], tau: number): Places {
  const { x, y, km, name } = file.places;
  const k = km.length;
  const positions = Float64Array.from(
    rows.flatMap((row) => [(x[row] as number) * file.step.map, (y[row] as number) * file.step.map]),
  );
  const distances = Float64Array.from(rows.flatMap((row) => km.map((column) => column[row] as number)));
  const targets = new Float64Array(rows.length * k);
  cityTargets(targets, distances, rows.length, k, tau);
  return {
    rows: rows.length,
    positions,
    distances,
    targets,
    names: rows.map((row) => `${name[row] ?? ''}, ${stateOf(file, row)}`),
  };
}

/** Counties are sorted by state; `first` names the first county of each. */
function stateOf({ states }: PlacesFile, row: number): string {
  return states.code[states.first.findLastIndex((first) => first <= row)] ?? '';
}

function checked(content: unknown): PlacesFile {
  const file = content as { version?: unknown; kinds?: unknown[]; places?: { km?: unknown[] } } | null;
  if (file?.version !== 1 || !file.kinds || file.places?.km?.length !== file.kinds.length)
    throw new Error(
      'The file data/places/places.json is damaged or of another version. Reload the page, or choose the synthetic city.',
    );
  return content as PlacesFile;
}
