import { mount } from 'svelte';
import { version } from '../../package.json';
import { Run } from '../run/run.svelte.ts';
import App from './App.svelte';
import './base.css';
import { consoleApi, type Lab } from './console.ts';
import { playOpening } from './opening.svelte.ts';
import './theme.css';
import { storedTheme, useTheme } from './theme.ts';

declare global {
  interface Window {
    lab: Lab;
  }
}

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app.');

useTheme(storedTheme());
const run = new Run(version);
window.lab = consoleApi(run, version);
// What stood there was for browsers that do not get this far.
target.replaceChildren();
mount(App, { target, props: { run } });

document.addEventListener('visibilitychange', () => {
  run.visible(!document.hidden);
});

run.load().then(
  () => {
    // A script may have loaded something else meanwhile: then it decides what plays.
    if (run.commands === 1) playOpening(run);
  },
  () => undefined,
);
