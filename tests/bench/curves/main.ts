/**
 * The column of curves of a run that recorded ten thousand rows, and goes on as fast as frames come from a trainer: every
 * frame brings a row, and leaves a mark in the browser's trace.
 */
import { mount } from 'svelte';
import '../../../src/app/base.css';
import '../../../src/app/fonts.css';
import '../../../src/app/theme.css';
import { showTermColors } from '../../../src/app/termColors.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import Curves from '../../../src/panels/curves/Curves.svelte';

import './column.css';
import { LongRun } from './longRun.svelte.ts';

/** As the player sends them. */
const FRAME_MS = 50;

showTermColors(serviceMix);
const run = new LongRun(serviceMix, 10_000);
const target = document.getElementById('column');
if (!target) throw new Error('There is no column.');
mount(Curves, { target, props: { run: run } });
setInterval(() => {
  performance.mark('bench-frame');
  run.record();
}, FRAME_MS);
