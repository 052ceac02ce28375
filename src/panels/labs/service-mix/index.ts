import type { LabPage } from '../page.ts';
import { mixConsole } from './console.ts';
import { curves } from './curves/charts.ts';
import { help } from './help.ts';
import ReachBox from './reach/ReachBox.svelte';
import ReachHint from './reach/ReachHint.svelte';
import Stage from './stage/Stage.svelte';
import { narrate, repair } from './story.ts';

/** The page of the service-mix lab: two maps, the reach as a handle, KL and entropy as curves. */
export const page: LabPage = {
  Stage,
  stageLabel: 'Maps',
  Handle: ReachBox,
  Hint: ReachHint,
  curves,
  narrate,
  repair,
  beside: { 'model.temperature': () => import('./FitTemperature.svelte') },
  thumbnail: async (run) => (await import('./stage/thumbnail.ts')).thumbnail(run),
  words: async () => (await import('./words.ts')).words,
  help,
  claims: async () => (await import('./claims.ts')).claims,
  doctor: async () => (await import('./doctor/index.ts')).doctor,
  console: mixConsole,
};
