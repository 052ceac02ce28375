/** The page in which contenders race, driven by the command through `window.bench`. */
import type { Entry, Opened } from './contender.ts';
import { Contest } from './contest.ts';
import { MEMBERS, onGpu } from './gpu.ts';
import { reference } from './reference.ts';
import { serviceMix } from './serviceMix.ts';

export interface Bench {
  open: (name: keyof typeof races, steps: number, judge: string) => Promise<Opened[]>;
  work: (id: string, milliseconds: number) => Promise<{ steps: number; milliseconds: number }>;
}

declare global {
  interface Window {
    bench: Bench;
  }
}

const races = { reference, serviceMix, gpu: () => onGpu([1, MEMBERS], [1, MEMBERS]) } satisfies Record<
  string,
  () => readonly Entry[] | Promise<readonly Entry[]>
>;
let contest = new Contest([]);

window.bench = {
  open: async (name, steps, judge) => {
    contest = new Contest(await races[name]());
    return contest.open(steps, judge, (text) => {
      console.log(text);
    });
  },
  work: (id, milliseconds) => contest.work(id, milliseconds),
};
