// What the targets softmax(−d/τ) look like: the figures the thresholds were chosen by, printed at every build.

/** One place's distances → { entropy, norm of the centred log-target, index of the nearest kind }. */
function describe(distances, tau) {
  const nearest = Math.min(...distances);
  const logits = distances.map((d) => (nearest - d) / tau);
  const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
  const entropy = Math.log(total) - logits.reduce((sum, z) => sum + Math.exp(z) * z, 0) / total;
  const mean = logits.reduce((sum, z) => sum + z, 0) / logits.length;
  const norm = Math.hypot(...logits.map((z) => z - mean));
  return { entropy, norm, dominant: distances.indexOf(nearest) };
}

/** Mean, standard deviation and quantiles (nearest rank). */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, v) => sum + v, 0) / sorted.length;
  const sd = Math.sqrt(sorted.reduce((sum, v) => sum + (v - mean) ** 2, 0) / sorted.length);
  const quantile = (p) => sorted[Math.round(p * (sorted.length - 1))];
  return { mean, sd, q05: quantile(0.05), q50: quantile(0.5), q95: quantile(0.95), max: sorted.at(-1) };
}

/** Of all places, where distances[kind][place] are km: entropies, norms, and how often each kind is the nearest. */
export function targetStatistics(distances, tau) {
  const places = distances[0].map((_, place) =>
    describe(
      distances.map((kind) => kind[place]),
      tau,
    ),
  );
  return {
    entropy: summary(places.map(({ entropy }) => entropy)),
    norm: summary(places.map(({ norm }) => norm)),
    nearestShare: distances.map(
      (_, kind) => places.filter(({ dominant }) => dominant === kind).length / places.length,
    ),
  };
}
