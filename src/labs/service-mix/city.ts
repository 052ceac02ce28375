import { cityTargets, nearestDistances } from '../../science/city.ts';
import type { RandomStream } from '../../science/random.ts';
import { CITY_CATEGORIES } from './categories.ts';
import type { Places, World } from './world.ts';

/**
 * Where in the data stream each part begins, far enough apart that no knob moves another part. Services begin at the
 * first multiple of 4096 at which the cities of seeds 0 to 4, which people see first, are all typical: over seeds the
 * floor KL at reach 0.25 has mean 0.87 and sd 0.05, and from 0 on, the city of seed 0 would be 2.6 sd off.
 */
const SERVICES = 8192;
const TRAIN = 2 ** 20;
const VALIDATION = 2 ** 21;

/** Points along each side of the map. */
export const GRID = 40;

export interface CityOptions {
  categories: number;
  servicesPerCategory: number;
  tau: number;
  points: number;
  validation: number;
}

/** The synthetic city: services and places uniform in the unit square; target = softmax(−distance / τ). */
export function city(stream: RandomStream, options: CityOptions): World {
  const { categories: k, servicesPerCategory: each, tau } = options;
  const services = new Float64Array(2 * k * each);
  stream.fillUniform(services, 0, 1, SERVICES);
  const describe = (positions: Float64Array): Places => {
    const rows = positions.length / 2;
    const distances = new Float64Array(rows * k);
    const targets = new Float64Array(rows * k);
    nearestDistances(distances, services, k, each, positions, rows);
    cityTargets(targets, distances, rows, k, tau);
    return { rows, positions, distances, targets };
  };
  const scattered = (rows: number, start: number): Float64Array => {
    const positions = new Float64Array(2 * rows);
    stream.fillUniform(positions, 0, 1, start);
    return positions;
  };
  return {
    categories: CITY_CATEGORIES.slice(0, k),
    train: describe(scattered(options.points, TRAIN)),
    validation: describe(scattered(options.validation, VALIDATION)),
    stage: describe(grid()),
    gridSize: GRID,
    services: Float32Array.from({ length: 3 * k * each }, (_, i) =>
      i % 3 === 2 ? Math.floor(i / 3 / each) : (services[2 * Math.floor(i / 3) + (i % 3)] as number),
    ),
    tau,
  };
}

/** Grid points from edge to edge, row by row. */
function grid(): Float64Array {
  return Float64Array.from({ length: 2 * GRID * GRID }, (_, i) => {
    const cell = Math.floor(i / 2);
    return (i % 2 === 0 ? cell % GRID : Math.floor(cell / GRID)) / (GRID - 1);
  });
}
