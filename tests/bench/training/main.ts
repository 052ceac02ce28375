/** The page in which contenders race. `window.bench` is called by the command; contenders load by themselves. */
import type { Entry, Race, RaceResult } from './contender.ts';
import { race } from './race.ts';
import { reference } from './reference.ts';
import { serviceMix } from './serviceMix.ts';

export interface Bench {
  race: (name: keyof typeof races, how: Race) => Promise<RaceResult>;
}

declare global {
  interface Window {
    bench: Bench;
  }
}

const races = { reference, serviceMix } satisfies Record<
  string,
  () => readonly Entry[] | Promise<readonly Entry[]>
>;

window.bench = {
  race: async (name, how) =>
    race(await races[name](), how, (text) => {
      console.log(text);
    }),
};
