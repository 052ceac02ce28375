import type { LabHelp } from '../page.ts';

export const help: LabHelp = {
  text: [
    'A network learns the mix of services around each place of a city while you move its loss. One map shows what is true, the other what the model says. Grey means the same flat answer everywhere; colour means that the model knows.',
    'What is hatched is out of reach: no weights get there.',
  ],
  keys: [
    {
      where: 'On the reach',
      keys: [
        ['Arrow keys', 'one step; with Shift ten'],
        ['Home', 'the smallest reach'],
        ['End', 'no limit'],
      ],
    },
    {
      where: 'On a map',
      keys: [
        ['Arrow keys', 'move the probe'],
        ['A … H', 'to the place with that letter'],
      ],
    },
  ],
};
