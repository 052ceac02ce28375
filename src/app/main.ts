import { mount } from 'svelte';
import { version } from '../../package.json';
import { loadPage } from '../panels/labs/pages.svelte.ts';
import { Run } from '../run/run.svelte.ts';
import App from './App.svelte';
import './base.css';
import { consoleApi } from './console.ts';
import { begun, client, comesBack, lab, linked } from './early.ts';
import { missingFeatures } from './support.ts';
import './fonts.css';
import './theme.css';
import { showTheme, storedTheme } from './theme.ts';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app.');

showTheme(storedTheme());
const missing = missingFeatures();
if (missing.length > 0)
  explain(target, `This browser has no ${missing.join(' and no ')}, so that the lab cannot run.`);
else start(target);

/** What stands in the page for browsers that do not get further can say more. */
function explain(at: HTMLElement, text: string): void {
  at.querySelector('.boot')?.classList.add('certain');
  const place = at.querySelector('[data-missing]');
  if (place) place.textContent = text;
}

function start(at: HTMLElement): void {
  const run = new Run(version, client, loadPage);
  Object.assign(window, { lab: consoleApi(run, version) });
  lab.then(
    (first) => {
      run.begin(first);
      at.replaceChildren();
      mount(App, { target: at, props: { run } });
      open(run);
    },
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      run.giveUp(text);
      explain(at, text);
    },
  );
}

/** Opens what the address asks for, else what was interrupted, else the opening story. */
function open(run: Run): void {
  document.addEventListener('visibilitychange', () => {
    run.visible(!document.hidden);
  });

  const asked = linked();
  const say = (text: string): void => {
    run.notice = { kind: 'link', text };
  };
  // Nothing is written there before somebody has changed something.
  const opened = location.hash;
  import('./address.svelte.ts').then(
    ({ keepAddress }) => {
      keepAddress(run, opened, say);
    },
    () => undefined,
  );
  const loadFirst = async (): Promise<void> => {
    try {
      await run.load(asked ? { url: location.hash } : {});
    } catch (thrown) {
      // A script has taken over, or there is nothing else to try.
      if (!asked || run.commands > 1 || run.phase === 'dead') throw thrown;
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      await run.load({}, true, [{ key: 'link', text: `The run of the link could not be opened. ${why}` }]);
    }
  };
  // Needed at once only where a run is to be found again.
  const keeping = import('./keep.ts').catch(() => undefined);
  const begin = async (): Promise<void> => {
    const { resumed = false, problem = '' } = (comesBack() && (await (await keeping)?.resume(run))) || {};
    const opening = await begun;
    if (opening) await run.takeUp(opening);
    else if (!resumed) await loadFirst();
    if (problem) say(problem);
    run.opening = !resumed && !asked;
    void keeping.then((history) => history?.keep(run, say));
    if (resumed) return;
    const { playOpening } = await import('./opening.svelte.ts');
    // A script may have loaded something else meanwhile: then it decides what plays.
    if (run.commands === 1) playOpening(run, opening !== undefined);
    else if (opening) await run.limit(0);
  };
  void begin()
    .catch(() => undefined)
    .then(keepOffline);
}

/** After everything that the first picture needs. Not in development, where files change under a kept page. */
async function keepOffline(): Promise<void> {
  if (import.meta.env.PROD) await (await import('../panels/shell/offline/keep.ts')).keepOffline();
}
