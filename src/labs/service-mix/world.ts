/** Places with their features and targets, before they are cut into training and validation. */
export interface World {
  /** K names. */
  categories: readonly string[];
  train: Places;
  validation: Places;
  /** Points at which the map is drawn: a regular grid in the city, every county in the country. */
  stage: Places;
  /** Columns and rows of the grid; 0 where the stage is no grid. */
  gridSize: number;
  /** Services by category, `[n, 3]`: x, y, category. */
  services: Float32Array;
  /** The length by which distances were divided, in the data's own unit, and that unit. */
  tau: number;
}

export interface Places {
  rows: number;
  /** `[rows, 2]`, x and y in 0 … 1, y downwards. */
  positions: Float64Array;
  /** Distance to the nearest place of each category, `[rows, K]`. */
  distances: Float64Array;
  /** `[rows, K]` */
  targets: Float64Array;
  /** Names, where places have them. */
  names?: readonly string[];
}
