import type { Claims } from '../page.ts';

/**
 * What the field note of service-mix claims. docs/service-mix.md says the same in the same order; a test holds both
 * together.
 */
export const claims: Claims = {
  measured:
    'Unless a text says otherwise, KL and entropy of trained models are means over 5 seeds (± standard deviation) in the synthetic city with 8 categories and 4,000 training places, after 2,000 steps of Adam at learning rate 0.003, in nats per place. For K13 to K15 the number of seeds was not recorded. What the head can express is computed, not trained. A run on this page has a city of its own, so KL differs by a few hundredths.',
  list: [
    {
      id: 'K1',
      claim: 'KL(target‖prediction) is rightly taken for each place and then averaged over the batch.',
      verdict: 'holds',
      text: 'This is what PyTorch calls batchmean. Its default, mean, divides by the 8 categories too and shows an eighth of the value.',
      see: 'It is about how the loss is written; the formula under the maps writes it that way.',
    },
    {
      id: 'K2',
      claim: 'Eight categories allow an entropy of about 2.08, so the entropy penalty can reach 7.5.',
      verdict: 'holds',
      text: 'The largest entropy is ln 8 = 2.0794 nats, and the penalty 5 · (1.5 − H) is 7.5 at H = 0.',
      see: 'It is arithmetic.',
    },
    {
      id: 'K3',
      claim:
        'Before the fix, predictions have an entropy of 2.08, targets of 0.5 to 1.5, and KL is about 0.17.',
      verdict: 'fails',
      text: 'The three do not fit together: KL from such targets to a flat prediction is 0.58 to 1.58, and in the synthetic city the floor at reach 0.25 is 0.87 to 0.89, depending on the places. A KL of 0.17 fits either a loss divided by the 8 categories or much flatter targets (entropy about 1.88). Which one it was cannot be told from the note.',
      see: [
        {
          label: 'See it in Before',
          preset: 'before',
          look: 'KL stops near 0.9 nats, just above its floor and five times what the note reports.',
        },
      ],
    },
    {
      id: 'K4',
      claim: 'The entropy penalty (weight 5, below 1.5) is the main cause: it forces predictions to uniform.',
      verdict: 'fails',
      text: 'With the note’s LogitNorm and temperature no prediction has an entropy below 2.075, so a hinge at 1.5 never acts: without it all metrics are bit by bit the same. Alone, without LogitNorm and at temperature 1, it holds entropy near 1.5, not 2.08 (trained: mean entropy 1.561 ± 0.011, KL 0.128 ± 0.014).',
      see: [
        {
          label: 'See the hinge alone',
          preset: 'sufficient',
          knobs: { 'loss.entropy_weight': 5, 'loss.min_entropy': 1.5 },
          look: 'The hinge alone holds entropy a little above 1.5, and the map keeps its colours.',
        },
        {
          label: 'See Before without it',
          preset: 'before',
          knobs: { 'loss.entropy_weight': 0 },
          look: 'Without the entropy penalty the map goes just as grey, and KL stops at the same 0.9 nats.',
        },
      ],
    },
    {
      id: 'K5',
      claim: 'The model predicts an entropy of about 2.08 for every place.',
      verdict: 'holds',
      text: 'Mean entropy is 2.077, because reach R = s / T = 0.25 leaves nothing below 2.075. The probabilities printed in the note (0.1387, 0.1173, 0.1318) lie between 0.099 and 0.157, which is all that this head can express.',
      see: [
        {
          label: 'See it in Before',
          preset: 'before',
          look: 'Entropy stays at 2.077 while the targets’ is about half of that.',
        },
      ],
    },
    {
      id: 'K6',
      claim: 'With logit norm 1 no logit can exceed 0.35 to 0.38.',
      verdict: 'fails',
      text: 'The largest logit can lie anywhere from −0.354 to 1. The trained model has 0.337 on average and −0.22 to 0.81 over the places: the note took a value of the collapsed state for a limit. The penalty of 0.035 to 0.038 that it reports is right as an observation.',
      see: 'The page shows probabilities, not logits.',
    },
    {
      id: 'K7',
      claim: 'The constant MaxSup penalty pushes predictions to uniform.',
      verdict: 'depends',
      text: 'A constant has no gradient and pushes nothing; MaxSup is not constant and does flatten, in proportion to weight times temperature. Centered, with weight 0.1 and without LogitNorm, it costs a KL of 0.041 ± 0.003 at temperature 1 and 0.300 ± 0.009 at temperature 4.',
      see: [
        {
          label: 'See MaxSup at T = 4',
          preset: 'sufficient',
          knobs: { 'model.temperature': 4, 'loss.maxsup_weight': 0.1 },
          look: 'MaxSup alone holds KL near 0.3 nats; set Temperature to 1, and most of that goes.',
        },
      ],
    },
    {
      id: 'K8',
      claim: 'MaxSup is the largest logit times its weight, and a threshold of 0 makes it always apply.',
      verdict: 'depends',
      text: 'The paper takes the largest logit minus the mean. The note’s form is harmless only under LogitNorm: without it there is no lower bound, and training diverged (KL 354 ± 92, largest logit −1.5 million). A hinge at 0 applies only where the largest logit is positive.',
      see: [
        {
          label: 'See it without LogitNorm',
          preset: 'before',
          knobs: { 'model.use_logit_norm': false },
          look: 'Training diverges within some hundred steps, because MaxSup raw pulls all logits down without end.',
        },
      ],
    },
    {
      id: 'K9',
      claim: 'Temperature 4 makes all predictions more uniform by design.',
      verdict: 'depends',
      text: 'It does so only where LogitNorm keeps logits from growing: with norm 1, KL is 0.513 ± 0.036 at temperature 1 and 0.855 at 4. Without LogitNorm the network makes its logits larger and reaches KL 0.0003 all the same. It is only slower: at learning rate 0.0001, KL after 2,000 steps is 0.085 instead of 0.0124 (3 seeds).',
      see: [
        {
          label: 'See T = 4 alone',
          preset: 'sufficient',
          knobs: { 'model.temperature': 4 },
          look: 'At temperature 4 without LogitNorm the map takes all its colour, and KL goes towards 0.',
        },
      ],
    },
    {
      id: 'K10',
      claim: 'LogitNorm limits what the model can express.',
      verdict: 'holds',
      text: 'It does, and only the ratio reach R = s / T counts: a prediction can equal a target if the target’s centred log-probabilities are no longer than R. The largest possible probability is 0.157 at R = 0.25, 0.294 at R = 1 and 0.9998 at R = 10.',
      see: [
        {
          label: 'See LogitNorm alone',
          preset: 'sufficient',
          knobs: { 'model.use_logit_norm': true, 'model.logit_norm': 1 },
          look: 'With no penalty at all KL stops on its floor near 0.5, and a larger reach lowers the floor at once.',
        },
      ],
    },
    {
      id: 'K11',
      claim:
        'Five changes help, each alone: entropy weight ÷ 10, temperature 2, no MaxSup, logit norm 2, a hinge from 0.3.',
      verdict: 'depends',
      text: 'The two changes of the hinge do nothing, for it cannot act. Temperature 2 and logit norm 2 move the right number but too little: reach goes from 0.25 to 0.5 with one and to 1 with both, and the targets need at least 4, better 10. Without MaxSup KL falls by about 0.03.',
      see: [
        {
          label: 'Option 1',
          preset: 'option-1',
          look: 'A weaker hinge changes nothing: KL stops near 0.9, as in Before.',
        },
        {
          label: 'Option 2',
          preset: 'option-2',
          look: 'Reach is now 0.5, and KL stops about 0.15 below that of Before.',
        },
        {
          label: 'Option 3',
          preset: 'option-3',
          look: 'Without MaxSup KL stops some hundredths below that of Before, on its floor.',
        },
        {
          label: 'Option 4',
          preset: 'option-4',
          look: 'Reach is 0.5 as with option 2, but MaxSup pulls harder at temperature 4, so KL stops only about 0.1 below that of Before.',
        },
        {
          label: 'Option 5',
          preset: 'option-5',
          look: 'A hinge from 0.3 changes nothing: KL stops near 0.9, as in Before.',
        },
      ],
    },
    {
      id: 'K12',
      claim: 'After the fix, predictions have an entropy of 0.5 to 1.5 and KL is 0.10 to 0.15.',
      verdict: 'fails',
      text: 'At reach 1 the least possible entropy is 1.980. KL is 0.513 ± 0.036 nats per place, and the floor on the same places is 0.51.',
      see: [
        {
          label: 'See First fix',
          preset: 'after',
          look: 'Entropy stays at 1.98 or more, and KL stops on its floor near 0.5.',
        },
      ],
    },
    {
      id: 'K13',
      claim: 'The learning rate is too low, and the scheduler lowers it when the model is already stuck.',
      verdict: 'fails',
      text: 'The settings of Before end at the same KL with either rate: 0.8773 after 6,000 steps at 0.0001, 0.877 at 0.003. Without LogitNorm and penalties a rate of 0.0002 reaches KL 0.003 within 2,000 steps.',
      see: [
        {
          label: 'See the note’s rate',
          preset: 'learning-rate',
          look: 'KL stops near 0.9, and stays there when the rate doubles at step 1,000.',
        },
        {
          label: 'See 0.0002 with Sufficient',
          preset: 'sufficient',
          knobs: { 'training.learning_rate': 2e-4 },
          look: 'The same small rate lets the map take all its colour once nothing limits the head.',
        },
      ],
    },
    {
      id: 'K14',
      claim: 'Cosine annealing with warm restarts would free the model from the local minimum.',
      verdict: 'fails',
      text: 'There is no local minimum to leave: for each place the problem is convex, and the flat prediction is the best one within reach. Restarts left KL at 0.871 and entropy at 2.077.',
      see: [
        {
          label: 'See the restarts',
          preset: 'before',
          knobs: { 'training.scheduler': 'cosine_warm_restarts' },
          look: 'KL stays near 0.9, just above its floor, through every restart of the learning rate.',
        },
      ],
    },
    {
      id: 'K15',
      claim: 'The model converges to uniform early, within epochs 5 to 10.',
      verdict: 'holds',
      text: 'After 100 steps at learning rate 0.003, about 6 epochs, KL under the settings of Before is within 2 % of where it ends.',
      see: [
        {
          label: 'See it in Before',
          preset: 'before',
          look: 'KL falls no further after about step 100, which is in epoch 7.',
        },
      ],
    },
    {
      id: 'K16',
      claim: 'A model is cured if entropy and KL vary between places.',
      verdict: 'depends',
      text: 'They vary in a collapsed model too: under Before, predicted entropy has a correlation of 0.95 with the targets’, and the most likely category is right for 88 % of the places. KL compared with its floor, and how far predictions differ from place to place, are better tests.',
      see: [
        {
          label: 'See it in Before',
          preset: 'before',
          look: 'The map is grey, yet Amplify shows that most places still have the right category on top.',
        },
      ],
    },
  ],
};
