/**
 * Loaded beside the app and run before it: a trainer takes the browser longer to start than the page to be there. Where
 * nothing else is asked for, it begins the opening story by itself.
 */
import { firstLab, isLab, loadLab, type LabId } from '../labs/index.ts';
import type { Lab } from '../labs/lab.ts';
import { beginOpening, type Begun } from '../run/begin.ts';
import { Client } from '../run/client.ts';
import { missingFeatures } from './support.ts';

/** Steps per second of the opening story: slow enough to see the colour come, and go. */
export const PACE = 30;

/** Whether the address names a run. */
export const linked = (): boolean => location.hash.length > 1;

/**
 * Whether the page was reloaded, or thrown out of memory. One that is opened anew, also by a link in the same tab, is
 * asked for what its address says.
 */
export function comesBack(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const discarded = 'wasDiscarded' in document && document.wasDiscarded === true;
  return discarded || navigation?.type === 'reload' || navigation?.type === 'back_forward';
}

/** The lab that the address names, where it can be read at a glance; else the first. */
function labAsked(): LabId {
  const named = new URLSearchParams(location.hash.slice(1)).get('lab');
  return isLab(named) ? named : firstLab;
}

/** What the page shows first: fetched beside the app. */
export const lab: Promise<Lab> = loadLab(labAsked());
// main.ts tells the user when it could not be fetched.
lab.catch(() => undefined);

/** Undefined where the page cannot run. */
export const client = missingFeatures().length === 0 ? new Client() : undefined;

/** Nothing plays by itself for those who asked for less motion. */
export const begun: Promise<Begun> | undefined =
  client && !linked() && !comesBack()
    ? beginOpening(labAsked(), client, PACE, !matchMedia('(prefers-reduced-motion: reduce)').matches)
    : undefined;
begun?.catch(() => undefined);
