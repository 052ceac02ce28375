import { untrack } from 'svelte';
import { dependOn } from '../charts/dependOn.ts';
import { firstLab } from '../labs/index.ts';
import { MAX_LENGTH } from '../panels/dialogs/share/linkOf.ts';
import type { Run } from '../run/run.svelte.ts';

/** Browsers refuse a page that writes its address more than some hundred times in half a minute. */
const EVERY_MS = 500;

/** Version, lab, preset and seed stand in every link. */
const SHORTEST = 4;
const ships = ({ lab, preset, seed }: Run, link: string): boolean =>
  preset === lab.opening && seed === 0 && link.split('&').length === SHORTEST;

/**
 * Keeps the run's settings in the address, so that a reload or a bookmark brings them back, and opens what somebody puts
 * there by hand.
 *
 * @param opened the hash that the page was opened with
 */
export function keepAddress(run: Run, opened: string, fail: (message: string) => void): void {
  let written = opened.slice(1);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function write(): void {
    timer = undefined;
    if (run.phase !== 'ready') return;
    let link: string;
    try {
      link = run.link({ told: true });
      // What is too long for a link is so for the address: that has the settings then.
      if (link.length > MAX_LENGTH) link = run.link();
    } catch {
      // The address then stays as it is; whoever shares is told why.
      return;
    }
    // What ships needs the name of its lab at most, and in the first lab no words until something has differed.
    if (ships(run, link)) link = run.lab.id === firstLab && written === '' ? '' : `lab=${run.lab.id}`;
    if (link === written) return;
    written = link;
    history.replaceState(history.state, '', `#${link}`);
  }
  $effect.root(() => {
    $effect(() => {
      dependOn(run.knobs, run.events, run.preset, run.seed, run.lab, run.phase, run.loads);
      untrack(() => {
        timer ??= setTimeout(write, EVERY_MS);
      });
    });
  });
  const follow = (): void => {
    const asked = location.hash.slice(1);
    if (asked === written) return;
    written = asked;
    run.load({ url: `#${asked}` }).catch((thrown: unknown) => {
      fail(thrown instanceof Error ? thrown.message : String(thrown));
    });
  };
  addEventListener('hashchange', follow);
  follow();
}
