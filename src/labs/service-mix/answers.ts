/** What a run of this lab says of its model, as plain data. */

/** One place of the validation set. */
export interface MixSample {
  x: number;
  y: number;
  /** Shares of the categories, in the order of the run's labels. */
  target: number[];
  predicted: number[];
  /** In nats. */
  entropyTarget: number;
  entropyPredicted: number;
  kl: number;
  /** The best KL that the head can reach for this target. */
  klFloor: number;
}

/** The answer to `fitTemperature`: the temperature that agrees best with the validation targets, weights unchanged. */
export interface TemperatureFit {
  temperature: number;
  klBefore: number;
  klAfter: number;
  /** True where the best temperature lies outside the knob's range. */
  atBound: boolean;
}
