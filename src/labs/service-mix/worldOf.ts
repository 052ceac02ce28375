import type { RunLog } from '../../engine/protocol.ts';
import { randomStream } from '../../science/random.ts';
import { numberAt } from '../../terms/knob.ts';
import type { ReadPublic } from '../lab.ts';
import { city } from './city.ts';
import { readPlaces } from './places.ts';
import type { World } from './world.ts';

/** The seed of the data stream: `data.seed` where it is given, else the run's. */
export const dataSeedOf = ({ seed, knobs }: Pick<RunLog, 'seed' | 'knobs'>): number =>
  knobs['data.seed'] === '' ? seed : Number(knobs['data.seed']);

/** The places that a run is about. @throws when the file of the real places is damaged */
export async function worldOf(log: Pick<RunLog, 'seed' | 'knobs'>, read: ReadPublic): Promise<World> {
  const { knobs } = log;
  const stream = randomStream(dataSeedOf(log), 'data');
  const [points, validation, tau] = ['data.points', 'data.validation', 'data.tau'].map((key) =>
    numberAt(knobs, key),
  ) as [number, number, number];
  if (knobs['data.source'] === 'places') return readPlaces(read, stream, { points, validation, tau });
  return city(stream, {
    categories: numberAt(knobs, 'data.categories'),
    servicesPerCategory: numberAt(knobs, 'data.services_per_category'),
    tau,
    points,
    validation,
  });
}
