import { mount } from 'svelte';
import { version } from '../../package.json';
import { Run } from '../run/run.svelte.ts';
import App from './App.svelte';
import { consoleApi, type Lab } from './console.ts';

declare global {
  interface Window {
    lab: Lab;
  }
}

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app.');

const run = new Run(version);
window.lab = consoleApi(run, version);
mount(App, { target, props: { run } });

document.addEventListener('visibilitychange', () => {
  run.visible(!document.hidden);
});

const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
run.load().then(
  () => {
    // Nothing starts by itself for those who asked for less motion.
    if (!still) run.play();
  },
  () => undefined,
);
