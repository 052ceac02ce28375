// County names. The county shapes carry only FIPS codes and the packages have no table of names, so a county is
// named after the postal codes that lie inside its shape: each carries the name of its county.
import { bounds, contains, distanceKm } from './geo.mjs';

/** A county without a postal code inside takes a name that is left over, from at most this far away. */
const NEARBY_KM = 150;

const cell = (lon, lat) => `${Math.floor(lon)},${Math.floor(lat)}`;

/** Postal codes by one-degree cell, so that a county looks only at its neighbourhood. */
function byCell(zips) {
  const cells = new Map();
  for (const zip of zips) {
    const key = cell(zip.lon, zip.lat);
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(zip);
  }
  return cells;
}

/** The postal codes inside one county's shape. */
function inside(county, cells) {
  const [west, south, east, north] = bounds(county.polygons.flat(2));
  const found = [];
  for (let lon = Math.floor(west); lon <= east; lon++) {
    for (let lat = Math.floor(south); lat <= north; lat++) {
      for (const zip of cells.get(cell(lon, lat)) ?? []) if (contains(county.polygons, zip)) found.push(zip);
    }
  }
  return found;
}

/** Items with their counts, the most frequent first. */
function tally(items) {
  const counts = new Map();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** The postal abbreviation of every state, by its FIPS number: what most postal codes inside say. */
function stateCodes(counties, votes) {
  const byState = new Map();
  for (const county of counties) {
    byState.set(county.state, [...(byState.get(county.state) ?? []), ...votes.get(county)]);
  }
  return new Map([...byState].map(([state, zips]) => [state, tally(zips.map((zip) => zip.state))[0][0]]));
}

/** Who has which name; a name is free once per state. */
class Register {
  #holders = new Map();
  #names = new Map();

  holder = (county, name) => this.#holders.get(`${county.state}/${name}`);
  nameOf = (county) => this.#names.get(county);

  /** Gives the county the name, instead of the one it had. */
  enter(county, name) {
    if (this.#names.has(county)) this.#holders.delete(`${county.state}/${this.#names.get(county)}`);
    this.#names.set(county, name);
    this.#holders.set(`${county.state}/${name}`, county);
  }
}

/** Candidates { county, name, score } in order of their score: each takes its name if both are still free. */
function assign(candidates, register) {
  const inOrder = [...candidates].sort((a, b) => b.score - a.score || a.county.fips - b.county.fips);
  for (const { county, name } of inOrder) {
    if (register.nameOf(county) === undefined && !register.holder(county, name)) register.enter(county, name);
  }
}

/**
 * Many postal codes of a large county are located in its neighbour, which then outvotes it. So where a county is
 * left without a name, a holder of the name it wants gives it up if there is another one for the holder.
 */
function giveWay(candidates, register) {
  for (const { county, name } of candidates) {
    if (register.nameOf(county) !== undefined) continue;
    const holder = register.holder(county, name);
    const other = candidates.find((c) => c.county === holder && !register.holder(holder, c.name));
    if (!other) continue;
    register.enter(holder, other.name);
    register.enter(county, name);
  }
}

// The source writes names in title case: "Mcdowell". Only this common prefix is put right.
const titled = (name) => name.replace(/\bMc([a-z])/g, (_, letter) => `Mc${letter.toUpperCase()}`);

/** Adds `name` and `code` (state abbreviation) to every county; returns how many got their name in which way. */
export function nameCounties(counties, zips) {
  const cells = byCell(zips);
  const votes = new Map(counties.map((county) => [county, inside(county, cells)]));
  const codes = stateCodes(counties, votes);
  const ofState = (county) => (zip) => zip.state === codes.get(county.state);
  const register = new Register();
  const named = () => counties.filter((county) => register.nameOf(county) !== undefined).length;

  const voted = counties.flatMap((county) =>
    tally(
      votes
        .get(county)
        .filter(ofState(county))
        .map((zip) => zip.county),
    ).map(([name, score]) => ({ county, name, score })),
  );
  assign(voted, register);
  giveWay(voted, register);
  const byVote = named();

  const nearby = counties
    .filter((county) => register.nameOf(county) === undefined)
    .flatMap((county) =>
      zips
        .filter(ofState(county))
        .map((zip) => ({ county, name: zip.county, score: -distanceKm(county, zip) }))
        .filter(({ score }) => score > -NEARBY_KM),
    );
  assign(nearby, register);

  for (const county of counties) {
    county.name = titled(register.nameOf(county) ?? `County ${county.fips}`);
    county.code = codes.get(county.state);
  }
  return { byVote, byNearby: named() - byVote, unnamed: counties.length - named() };
}

/** FIPS codes follow the alphabet: names that break the order, as a check on how they were found. */
export function outOfOrder(counties) {
  // "St." was sorted as "Saint" and "Mc" as "Mac".
  const key = ({ name }) =>
    name
      .toLowerCase()
      .replace(/^st\b/, 'saint')
      .replace(/^mc/, 'mac')
      .replace(/[^a-z]/g, '');
  // Independent cities (codes from 510) and codes given after a renaming (even numbers) follow no order.
  const regular = counties.filter(({ fips }) => fips % 1000 < 500 && fips % 2 === 1);
  return regular
    .filter((county, i) => county.state === regular[i - 1]?.state && key(county) < key(regular[i - 1]))
    .map(({ fips, name, code }) => `${fips} ${name}, ${code}`);
}
