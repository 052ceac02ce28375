// Plane and sphere geometry for the places builder: pure functions, no data. Points are [lon, lat] in degrees
// on the sphere and [x, y] in km on the map.

const EARTH_RADIUS_KM = 6371.0088;
const RADIANS = Math.PI / 180;

/** Great-circle distance in km between two objects with lon and lat (haversine on the mean sphere). */
export function distanceKm(a, b) {
  const sinLat = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const sinLon = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const h = sinLat ** 2 + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * sinLon ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(h));
}

/** The usual Albers equal-area conic for the contiguous US, here on the sphere. */
export const ALBERS = { parallels: [29.5, 45.5], origin: [-96, 37.5] };

const [P1, P2] = ALBERS.parallels.map((degrees) => degrees * RADIANS);
const CONE = (Math.sin(P1) + Math.sin(P2)) / 2;
const CONSTANT = Math.cos(P1) ** 2 + 2 * CONE * Math.sin(P1);
const rho = (lat) => Math.sqrt(CONSTANT - 2 * CONE * Math.sin(lat * RADIANS)) / CONE;
const RHO_ORIGIN = rho(ALBERS.origin[1]);

/** [lon, lat] → [x, y] in km, x to the east, y to the SOUTH as on a screen. */
export function albers([lon, lat]) {
  const theta = CONE * (lon - ALBERS.origin[0]) * RADIANS;
  return [
    EARTH_RADIUS_KM * rho(lat) * Math.sin(theta),
    EARTH_RADIUS_KM * (rho(lat) * Math.cos(theta) - RHO_ORIGIN),
  ];
}

/** The inverse of `albers`. */
export function albersInverse([x, y]) {
  const east = x / EARTH_RADIUS_KM;
  const down = y / EARTH_RADIUS_KM + RHO_ORIGIN;
  const lat = Math.asin((CONSTANT - CONE ** 2 * (east ** 2 + down ** 2)) / (2 * CONE)) / RADIANS;
  return [ALBERS.origin[0] + Math.atan2(east, down) / CONE / RADIANS, lat];
}

/** Signed area and first moments of a closed ring in the plane. */
function moments(ring) {
  let area = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
    area += cross / 2;
    x += ((ring[i][0] + ring[i + 1][0]) * cross) / 6;
    y += ((ring[i][1] + ring[i + 1][1]) * cross) / 6;
  }
  return { area, x, y };
}

/** Area in km² and area centroid as { area, lon, lat } of polygons (arrays of rings, holes after the first). */
export function centroid(polygons) {
  const total = { area: 0, x: 0, y: 0 };
  for (const rings of polygons) {
    rings.forEach((ring, index) => {
      const part = moments(ring.map(albers));
      // Outer rings count positive and holes negative, whichever way the source winds them.
      const sign = Math.sign(part.area) * (index === 0 ? 1 : -1);
      total.area += sign * part.area;
      total.x += sign * part.x;
      total.y += sign * part.y;
    });
  }
  const [lon, lat] = albersInverse([total.x / total.area, total.y / total.area]);
  return { area: total.area, lon, lat };
}

/** Whether a point lies in polygons: even-odd rule over all rings, so holes need no special case. */
export function contains(polygons, { lon, lat }) {
  let inside = false;
  for (const ring of polygons.flat()) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** Smallest and largest coordinates as [west, south, east, north] (or left, top, right, bottom). */
export function bounds(points) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
  }
  return box;
}

function squaredDistanceToSegment([px, py], [ax, ay], [bx, by]) {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length));
  return (px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2;
}

/** Douglas–Peucker: no dropped point lies further than `tolerance` from the line that is left. */
export function simplify(line, tolerance) {
  const keep = new Set([0, line.length - 1]);
  const stack = [[0, line.length - 1]];
  while (stack.length > 0) {
    const [from, to] = stack.pop();
    let worst = tolerance ** 2;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const d = squaredDistanceToSegment(line[i], line[from], line[to]);
      if (d > worst) {
        worst = d;
        at = i;
      }
    }
    if (at < 0) continue;
    keep.add(at);
    stack.push([from, at], [at, to]);
  }
  return line.filter((_, index) => keep.has(index));
}
