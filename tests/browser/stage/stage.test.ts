import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { mixAt, sampleGrid } from '../../../src/charts/field.ts';
import { klAt } from '../../../src/panels/labs/service-mix/stage/mixes.ts';
import { shortPercent } from '../../../src/panels/labs/service-mix/stage/percent.ts';
import Stage from '../../../src/panels/labs/service-mix/stage/Stage.svelte';
import { entropyOfProbabilities } from '../../../src/science/distributions.ts';
import { projectOntoReach, reach } from '../../../src/science/reach.ts';
import { FakeStageRun, GRID, K, mixes, services, TAU } from './fakeStageRun.svelte.ts';

let fake: FakeStageRun;
let root: Element;

const all = (selector: string): Element[] => [...root.querySelectorAll(selector)];
const map = (which: 0 | 1): HTMLElement => all('.map')[which] as HTMLElement;
const card = (): HTMLElement | null => root.querySelector('section[aria-label="Numbers of this place"]');
/** What the card says of each category, and below them. */
const column = (side: 'truth' | 'model'): string[] =>
  all(`.over li .${side}`).map(({ textContent }) => textContent.replace(side, '').trim());
const line = (name: string): string[] => {
  const row = all('.over dl > div').find(({ firstElementChild }) =>
    firstElementChild?.textContent.startsWith(name),
  );
  return [...(row?.querySelectorAll('dd') ?? [])].map(({ textContent }) =>
    textContent.replace(/truth|model/, '').trim(),
  );
};
const percents = (p: ArrayLike<number>): string[] => Array.from(p, shortPercent);
/** Where the place is marked, in shares of each map. */
const marks = (): { x: number; y: number }[] =>
  [0, 1].flatMap((which) => {
    const own = map(which as 0 | 1);
    const box = own.getBoundingClientRect();
    return [...own.querySelectorAll('.mark, .letter.on')].map((mark) => {
      const { left, top, width, height } = mark.getBoundingClientRect();
      return { x: (left + width / 2 - box.left) / box.width, y: (top + height / 2 - box.top) / box.height };
    });
  });

/** As a browser tells of a pointer near a place of a map, on a whole pixel. @returns the very place */
function pointer(
  type: string,
  which: 0 | 1,
  x: number,
  y: number,
  pointerType = 'mouse',
): { x: number; y: number } {
  const { left, top, width, height } = map(which).getBoundingClientRect();
  const [clientX, clientY] = [Math.round(left + x * width), Math.round(top + y * height)];
  map(which).dispatchEvent(new PointerEvent(type, { clientX, clientY, bubbles: true, pointerType }));
  flushSync();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}
const key = (text: string): Promise<void> => userEvent.keyboard(text);

beforeEach(async () => {
  await page.viewport(1000, 900);
  fake = new FakeStageRun();
  root = (await render(Stage, { run: fake.run })).container;
  await expect.poll(() => all('.map .letter').length).toBe(16);
  // The browser's own pointer stands where an earlier test left it, perhaps on a card.
  await userEvent.hover(document.documentElement, { position: { x: 0, y: 0 } });
});
afterEach(async () => {
  await page.viewport(414, 896);
});

/** Truth and prediction at any place, from the arrays that the run gave. */
function exact(x: number, y: number): { truth: Float32Array; model: Float32Array } {
  const [truth, model] = [new Float32Array(K), new Float32Array(K)];
  mixAt(truth, services, K, x, y, TAU);
  sampleGrid(model, fake.view['stage'] as Float32Array, GRID, K, x, y);
  return { truth, model };
}

describe('pointing', () => {
  test.each([0, 1] as const)('at map %d marks both maps, and says both mixes', (which) => {
    expect(card()).toBeNull();
    const at = pointer('pointermove', which, 0.25, 0.4);
    expect(marks()).toHaveLength(2);
    for (const { x, y } of marks()) {
      expect(x).toBeCloseTo(0.25, 2);
      expect(y).toBeCloseTo(0.4, 2);
    }
    const { truth, model } = exact(at.x, at.y);
    expect(column('truth')).toEqual(percents(truth));
    expect(column('model')).toEqual(percents(model));
    expect(line('entropy H')).toEqual([truth, model].map((p) => entropyOfProbabilities(p).toFixed(3)));
    expect(line('KL here')).toEqual([klAt(truth, model, 0, K).toFixed(3)]);
    expect(line('floor here')).toEqual([projectOntoReach(truth, 0.25).kl.toFixed(3)]);
    expect(line('no share')).toEqual([`${(100 * reach(K, 0.25).pMax).toFixed(1)}\u00a0%`]);
    expect(card()?.textContent).toContain('interpolated between grid points');

    pointer('pointerleave', which, 0, 0);
    expect(card()).toBeNull();
    expect(marks()).toEqual([]);
  });

  test('the card covers neither mark, stays inside the stage and moves nothing', () => {
    const stage = root.querySelector('.stage') as HTMLElement;
    const before = stage.getBoundingClientRect();
    for (const [x, y] of [
      [0.02, 0.02],
      [0.98, 0.02],
      [0.5, 0.5],
      [0.02, 0.98],
      [0.98, 0.98],
    ] as const) {
      pointer('pointermove', 0, x, y);
      const box = card()?.getBoundingClientRect() as DOMRect;
      expect(box.left).toBeGreaterThanOrEqual(before.left);
      expect(box.right).toBeLessThanOrEqual(before.right);
      expect(box.top).toBeGreaterThanOrEqual(before.top);
      expect(box.bottom).toBeLessThanOrEqual(before.bottom);
      for (const mark of all('.mark')) {
        const at = mark.getBoundingClientRect();
        const apart =
          at.right <= box.left || at.left >= box.right || at.bottom <= box.top || at.top >= box.bottom;
        expect(apart, `${x} ${y}`).toBe(true);
      }
      expect(stage.getBoundingClientRect()).toEqual(before);
    }
  });

  test('numbers go on while it trains, and only numbers are drawn again when a pointer moves', async () => {
    pointer('pointermove', 0, 0.3, 0.4);
    const before = column('model');
    fake.says(mixes(GRID * GRID, 0.1), mixes(8, 0.1));
    flushSync();
    expect(column('model')).not.toEqual(before);

    // Until what was asked for is drawn.
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let i = 0; i < 4; i++) await frame();
    const { prototype } = CanvasRenderingContext2D;
    const clear = Object.getOwnPropertyDescriptor(prototype, 'clearRect') as PropertyDescriptor;
    let drawn = 0;
    prototype.clearRect = function () {
      drawn++;
    };
    for (let i = 0; i < 5; i++) {
      pointer('pointermove', 0, 0.3 + i / 20, 0.4);
      await frame();
    }
    await frame();
    Object.defineProperty(prototype, 'clearRect', clear);
    expect(drawn).toBe(0);
    expect(marks()[0]?.x).toBeCloseTo(0.5, 2);
  });

  test('a tap marks, another moves, the button closes; a finger that only moves scrolls', async () => {
    pointer('pointermove', 0, 0.3, 0.4, 'touch');
    expect(card()).toBeNull();
    pointer('click', 0, 0.3, 0.4);
    expect(marks()[1]?.x).toBeCloseTo(0.3, 2);
    pointer('click', 1, 0.7, 0.6);
    expect(marks()[0]?.x).toBeCloseTo(0.7, 2);
    await page.getByRole('button', { name: 'Close the numbers of this place' }).click();
    expect(card()).toBeNull();
  });

  test('on a phone the card lies under the maps', async () => {
    await page.viewport(390, 844);
    await expect.poll(() => map(0).clientWidth).toBeLessThan(200);
    pointer('click', 0, 0.5, 0.9);
    const box = card()?.getBoundingClientRect() as DOMRect;
    expect(box.top).toBeGreaterThan(map(0).getBoundingClientRect().bottom);
    expect(box.right).toBeLessThanOrEqual(390);
    // Four cards at a time.
    const cards = all('ol li').map((li) => li.getBoundingClientRect());
    const scroller = (root.querySelector('.scroll') as HTMLElement).getBoundingClientRect();
    expect(cards.filter(({ right }) => right <= scroller.right + 1)).toHaveLength(4);
    // A letter brings its card along.
    map(1).focus();
    await key('g');
    await expect
      .poll(() => all('ol li')[6]?.getBoundingClientRect().right)
      .toBeLessThanOrEqual(scroller.right + 1);
  });
});

describe('keys', () => {
  test('walk over the maps, jump to letters and leave; what rests is said', async () => {
    map(1).focus();
    expect(card()).toBeNull();
    await key('{ArrowRight}');
    expect(marks()[0]).toEqual({ x: expect.closeTo(0.5, 2) as number, y: expect.closeTo(0.5, 2) as number });
    await key('{ArrowRight}{Shift>}{ArrowUp}{/Shift}');
    const { truth, model } = exact(0.51, 0.45);
    expect(column('truth')).toEqual(percents(truth));
    expect(column('model')).toEqual(percents(model));

    await key('d');
    const lettered = (name: 'letteredTargets' | 'lettered'): Float32Array =>
      (name === 'lettered' ? fake.view : fake.scene)[name]?.slice(3 * K, 4 * K) as Float32Array;
    expect(column('truth')).toEqual(percents(lettered('letteredTargets')));
    expect(column('model')).toEqual(percents(lettered('lettered')));
    // That is the model's own prediction.
    expect(card()?.textContent).not.toContain('interpolated');
    await expect
      .poll(() => all('[role=status]').map(({ textContent }) => textContent))
      .toContainEqual(
        expect.stringMatching(/^Place D\. Truth: \w.*Model: Clinics 85\u00a0%.*KL \d\.\d{3}\.$/u),
      );

    await key('{Escape}');
    expect(card()).toBeNull();
    expect(document.activeElement).toBe(map(1));
  });

  test('one of the pair is in the tab order, both are named', () => {
    expect([map(0).tabIndex, map(1).tabIndex]).toEqual([-1, 0]);
    for (const which of [0, 1] as const) {
      expect(map(which).getAttribute('role')).toBe('application');
      expect(map(which).getAttribute('aria-label')).toMatch(/^Map of what/);
      const keys = document.getElementById(map(which).getAttribute('aria-describedby') ?? '');
      expect(keys?.textContent).toContain('Arrow keys');
    }
  });
});

describe('the strip', () => {
  const sample = (letter: number): HTMLElement => all('ol button')[letter] as HTMLElement;

  test('a card that is pointed at or focused marks its place on both maps', async () => {
    sample(2).dispatchEvent(new PointerEvent('pointerenter', { pointerType: 'mouse' }));
    flushSync();
    expect(all('.map .letter.on text').map(({ textContent }) => textContent)).toEqual(['C', 'C']);
    sample(2).dispatchEvent(new PointerEvent('pointerleave'));
    flushSync();
    expect(all('.map .letter.on')).toEqual([]);

    map(1).focus();
    await userEvent.tab();
    while (document.activeElement !== sample(0)) await userEvent.tab();
    expect(all('.map .letter.on text').map(({ textContent }) => textContent)).toEqual(['A', 'A']);
    expect(card()?.querySelector('h3')?.textContent).toMatch(/Place\s+A/u);
    await key('{Enter}');
    expect(sample(0).getAttribute('aria-pressed')).toBe('true');
    await userEvent.tab();
    expect(card()?.querySelector('h3')?.textContent).toMatch(/Place\s+B/u);
  });

  test('a letter that is pointed at on a map marks its card', () => {
    pointer('pointermove', 1, 0.3, 0.7);
    expect(all('ol button.on b')[0]?.textContent).toBe('B');
    expect(card()?.textContent).toContain('Place');
    pointer('pointermove', 1, 0.3, 0.5);
    expect(all('ol button.on')).toEqual([]);
  });
});

describe('amplify', () => {
  const toggle = (): HTMLElement | null =>
    all('button').find(({ textContent }) => textContent === 'Amplify') as HTMLElement | null;
  const chroma = (x: number, y: number): number => {
    const canvas = map(1).querySelector('canvas') as HTMLCanvasElement;
    const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)] as const;
    const [r = 0, g = 0, b = 0] = canvas.getContext('2d')?.getImageData(...at, 1, 1).data ?? [];
    return Math.max(r, g, b) - Math.min(r, g, b);
  };

  test('is offered where there is no colour, makes some, says how much, and goes when colour comes', async () => {
    expect(toggle()).toBeUndefined();
    // Certainty of about 0.0003 … 0.0006 at the grid's points.
    fake.says(mixes(GRID * GRID, 0.02), mixes(8, 0.02));
    flushSync();
    await expect.poll(() => chroma(0.01, 0.01)).toBeLessThan(3);
    expect(toggle()?.getAttribute('aria-pressed')).toBe('false');
    toggle()?.click();
    flushSync();
    expect(toggle()?.getAttribute('aria-pressed')).toBe('true');
    expect(toggle()?.parentElement?.textContent).toMatch(/colour × 1\u2009000|colour × 2\u2009000/u);
    expect(map(1).getAttribute('aria-label')).toContain('Colour is multiplied by');
    expect(map(0).getAttribute('aria-label')).not.toContain('multiplied');
    await expect.poll(() => chroma(0.01, 0.01)).toBeGreaterThan(40);

    fake.says(mixes(GRID * GRID, 0.9), mixes(8, 0.9));
    flushSync();
    expect(toggle()).toBeUndefined();
    expect(map(1).getAttribute('aria-label')).not.toContain('multiplied');
    // Off: it does not come back by itself.
    fake.says(mixes(GRID * GRID, 0.02), mixes(8, 0.02));
    flushSync();
    expect(toggle()?.getAttribute('aria-pressed')).toBe('false');
    await expect.poll(() => chroma(0.01, 0.01)).toBeLessThan(3);
  });
});
