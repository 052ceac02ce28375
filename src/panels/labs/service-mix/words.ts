/** The words of this lab, each in a sentence or two, in the order of the list that Help shows. */
import type { Entry } from '../../kit/glossary/glossary.ts';

export const words = {
  collapse: {
    term: 'collapse',
    text: 'The model says nearly the same flat mix everywhere, although the truth differs from place to place. The map turns grey.',
  },
  mix: {
    term: 'mix',
    text: 'The shares of all categories at one place. They add up to 1.',
  },
  logits: {
    term: 'logits',
    text: 'The numbers that the network puts out for a place, one per category. Softmax turns them into shares.',
    formula: 'p = softmax(v) = exp v ÷ Σ exp v',
  },
  logitNorm: {
    term: 'LogitNorm',
    text: 'Gives the logits f of every place the same length s. With temperature it limits which mixes can be said at all.',
    formula: 'u = s · f ÷ ‖f‖',
  },
  temperature: {
    term: 'temperature',
    text: 'Divides the logits before the softmax. Alone it moves no optimum, since training can learn larger logits; with LogitNorm it shrinks the reach.',
    formula: 'v = u ÷ T',
  },
  reach: {
    term: 'reach',
    text: 'How far from flat a prediction can get. With LogitNorm, exactly those mixes can be said whose logarithms, less their mean, have a length of at most R. No weights get beyond it.',
    formula: 'R = s ÷ T',
  },
  pMax: {
    term: 'p max',
    text: 'The largest share that any category can get within reach.',
    formula: '1 ÷ (1 + (K − 1) exp(−R √(K ÷ (K − 1))))',
  },
  hMin: {
    term: 'H min',
    text: 'The lowest entropy that a mix within reach can have.',
  },
  inReach: {
    term: 'in reach',
    text: 'The share of validation places whose true mix can be said exactly.',
  },
  floor: {
    term: 'floor',
    text: 'The lowest mean KL within reach, with the best mix for every place. It is computed from the targets, not measured: no training gets below it while the reach stays.',
  },
  kl: {
    term: 'KL',
    text: 'How much the model’s mix p misses of the true mix t, averaged over places. 0 means that they agree.',
    formula: 'KL(t‖p) = Σ t · (ln t − ln p)',
  },
  flatGuess: {
    term: 'flat guess',
    text: 'The KL of a model that gives every category the same share everywhere.',
    formula: 'ln K − H(t)',
  },
  batchmean: {
    term: 'batchmean',
    text: 'Sums the KL over categories and averages it over places. The reduction mean divides by the number of categories K as well, and so pulls K times more weakly.',
  },
  entropy: {
    term: 'entropy',
    text: 'How spread out a mix is: 0 when one category has it all, ln K when all K categories have the same.',
    formula: 'H(p) = −Σ p · ln p',
  },
  nats: {
    term: 'nats',
    text: 'The unit of entropy and KL with natural logarithms. 1 nat is about 1.44 bits.',
  },
  entropyHinge: {
    term: 'entropy hinge',
    text: 'Pushes a prediction up when its entropy is below a minimum, and does nothing above it.',
    formula: 'w · max(0, H min − H(p))',
  },
  confidencePenalty: {
    term: 'confidence penalty',
    text: 'Rewards entropy everywhere and always, so that every prediction gets a little flatter.',
    formula: '−β · H(p)',
  },
  maxsup: {
    term: 'MaxSup',
    text: 'Pushes the largest logit down, and so flattens predictions. The paper measures it from the mean logit; the field note’s raw form has no lower bound without LogitNorm, and diverges.',
    formula: 'w · (max u − mean u)',
  },
  labelSmoothing: {
    term: 'label smoothing',
    text: 'Mixes a share ε of the flat mix into every training target: the model is asked to be less certain.',
    formula: '(1 − ε) · t + ε ÷ K',
  },
  validation: {
    term: 'validation places',
    text: 'Places that the model never trains on. Maps, cards and curves are about them.',
  },
} satisfies Record<string, Entry>;
