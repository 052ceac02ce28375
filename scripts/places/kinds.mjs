// The eight kinds of places that distances are measured to.
//
// How the thresholds below were found: by search, not by principle. Kinds and round thresholds were combined, and
// those kept whose softmax(−d/τ) comes closest to the synthetic city: mean entropy near 1.08, 5/50/95 % near
// .45/1.1/1.6 nats, centred log-targets of norm about 4 … 13, and each kind the nearest one for 8 … 22 % of the places.
// One τ for all kinds asks for comparable densities everywhere: hence the spacing, which thins the crowded coasts,
// and hence no kind that exists only at the sea.
import { distanceKm } from './geo.mjs';

/** τ in km: 25 puts the mean entropy of the targets at that of the city (20: .95 nats, 35: 1.33). */
export const TAU_KM = 25;

const HUB = { from: 8000, spacing: 200 };
const REGIONAL = { from: 1500, below: HUB.from };
const LARGE = { from: 100_000, spacing: 150 };
const MID_SIZE = { from: 30_000, below: LARGE.from, awayFromLarger: 100 };
const COUNTY_TOWN = { from: 10_000, below: 20_000, awayFromLarger: 50 };

/** Whether something in `others` lies within `km`. Latitude alone settles most pairs at little cost. */
function anyWithin(km, place, others) {
  return others.some((other) => Math.abs(other.lat - place.lat) * 110 < km && distanceKm(place, other) < km);
}

const between = (list, size, { from, below = Infinity }) =>
  list.filter((place) => place[size] >= from && place[size] < below);

/** From the largest down, each at least `spacing` km from those taken before. */
function spaced(list, size, spacing) {
  const taken = [];
  for (const place of [...list].sort((a, b) => b[size] - a[size])) {
    if (!anyWithin(spacing, place, taken)) taken.push(place);
  }
  return taken;
}

/** Those that have no larger of `all` within `km`. */
function awayFromLarger(list, all, size, km) {
  return list.filter((place) => {
    const larger = all.filter((other) => other[size] > place[size]);
    return !anyWithin(km, place, larger);
  });
}

const number = (n) => n.toLocaleString('en-US');
const range = ({ from, below }) => `${number(from)} to ${number(below)}`;

/** Airports by their flights, cities by their inhabitants, and two kinds that only share a word in the name. */
const KINDS = [
  {
    id: 'hub-airport',
    label: 'Hub airport',
    definition:
      `Airport with at least ${number(HUB.from)} flights in 2008 (departures and arrivals); ` +
      `taken from the busiest down, at least ${HUB.spacing} km apart.`,
    select: ({ airports }) => spaced(between(airports, 'flights', HUB), 'flights', HUB.spacing),
  },
  {
    id: 'regional-airport',
    label: 'Regional airport',
    definition: `Airport with ${range(REGIONAL)} flights in 2008 (departures and arrivals).`,
    select: ({ airports }) => between(airports, 'flights', REGIONAL),
  },
  {
    id: 'capital',
    label: 'Capital',
    definition: 'Capitol of one of the 48 contiguous states, or Washington, D.C.',
    select: ({ capitals }) => capitals,
  },
  {
    id: 'large-city',
    label: 'Large city',
    definition:
      `City with at least ${number(LARGE.from)} inhabitants; ` +
      `taken from the largest down, at least ${LARGE.spacing} km apart.`,
    select: ({ cities }) => spaced(between(cities, 'population', LARGE), 'population', LARGE.spacing),
  },
  {
    id: 'mid-size-city',
    label: 'Mid-size city',
    definition:
      `City with ${range(MID_SIZE)} inhabitants, at least ${MID_SIZE.awayFromLarger} km ` +
      'from any city larger than that.',
    select({ cities }) {
      const large = between(cities, 'population', LARGE);
      const candidates = between(cities, 'population', MID_SIZE);
      return candidates.filter((city) => !anyWithin(MID_SIZE.awayFromLarger, city, large));
    },
  },
  {
    id: 'county-town',
    label: 'County town',
    definition:
      `County seat with ${range(COUNTY_TOWN)} inhabitants, at least ${COUNTY_TOWN.awayFromLarger} km ` +
      'from any larger place.',
    select({ cities }) {
      const seats = between(cities, 'population', COUNTY_TOWN).filter(({ feature }) => feature === 'PPLA2');
      return awayFromLarger(seats, cities, 'population', COUNTY_TOWN.awayFromLarger);
    },
  },
  {
    id: 'springs-town',
    label: 'Springs town',
    definition: 'Place of any size with “Springs” in its name.',
    select: ({ cities }) => cities.filter(({ name }) => /\bSprings\b/.test(name)),
  },
  {
    id: 'fort-town',
    label: 'Fort town',
    definition: 'Place of any size with “Fort” in its name.',
    select: ({ cities }) => cities.filter(({ name }) => /\bFort\b/.test(name)),
  },
];

/** The kinds with their places, from cities, airports and capitals as `readSources` returns them. */
export function placesOfKinds(sources) {
  return KINDS.map(({ id, label, definition, select }) => ({
    id,
    label,
    definition,
    places: select(sources),
  }));
}
