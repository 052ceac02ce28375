/** The words of the page that every lab has, each in a sentence or two. Loaded when somebody asks for one. */

export interface Entry {
  term: string;
  /** Plain sentences. */
  text: string;
  formula?: string;
}

/** In the order of the list that Help shows, after the words of the lab. */
export const GLOSSARY = {
  pull: {
    term: 'pull',
    text: 'The mean length of a term’s gradient on the logits now: how hard it pulls on what the model says.',
  },
  idle: {
    term: 'idle',
    text: 'A term that has weight but no pull. Its gradient is zero now, so a little more or less weight changes nothing.',
  },
  live: {
    term: 'live knob',
    text: 'Acts on the running model at its next step and keeps its weights. Marked by a filled square.',
  },
  structural: {
    term: 'structural knob',
    text: 'Changes the network, the data or the batches, and so restarts the run at step 0. Marked by a hollow square.',
  },
  step: {
    term: 'step',
    text: 'One update of the weights, from one batch of samples.',
  },
  epoch: {
    term: 'epoch',
    text: 'As many steps as it takes to draw as many samples as there are to train on. They are drawn with replacement, so that some come twice and some not at all.',
    formula: '⌈n ÷ batch size⌉ steps',
  },
  learningRate: {
    term: 'learning rate',
    text: 'The step size of the optimizer. A schedule may change it while the run goes on.',
  },
  gradientNorm: {
    term: 'gradient norm',
    text: 'The length of the last training step’s gradient over all weights, before clipping.',
  },
  seed: {
    term: 'seed',
    text: 'The number that the data, the initial weights and the batches are drawn from. The same run on the same executor gives the same numbers again.',
  },
  executor: {
    term: 'executor',
    text: 'What runs the training: compiled WASM, compiled WebGPU, tfjs on the processor or on the GPU, or the oracle. A run can be handed from one to another at a step; where nobody chose, the page hands it to WebGPU if that is faster.',
  },
  oracle: {
    term: 'oracle',
    text: 'The executor in plain TypeScript and double precision. It is slow, and the others are judged by it.',
  },
  fieldNote: {
    term: 'field note',
    text: 'The document that this lab comes from: a real failure with its settings and its advice, some of which does not hold.',
  },
} satisfies Record<string, Entry>;

export type WordId = keyof typeof GLOSSARY;
