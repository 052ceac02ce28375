import type { ComponentProps } from 'svelte';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import type { ChartSpec, Formats } from '../../../src/charts/lineChart.ts';
import LineChart from '../../../src/charts/LineChart.svelte';
import { StepAxis } from '../../../src/charts/stepAxis.svelte.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import Curves from '../../../src/panels/curves/Curves.svelte';
import { loadPage } from '../../../src/panels/labs/pages.svelte.ts';
import { SeriesStore } from '../../../src/run/state/series.ts';

type Screen = Awaited<ReturnType<typeof render<typeof Curves>>>;

/** Machines that run tests may be slow. */
const soon = { timeout: 15_000 };
const plain = (x: number): string => String(x);
const format: Formats = { step: plain, value: plain, tick: plain };
const steps = Array.from({ length: 10_000 }, (_, i) => i);
const values = steps.map((i) => (i === 5000 ? 0.95 : 0.7));

const spec = (axis: StepAxis) => (): ChartSpec => ({
  steps,
  all: [0, 10_000],
  x: axis.span ?? [0, 10_000],
  y: [0, 1],
  marks: [
    { kind: 'hatch', to: steps.map(() => 0.4), label: () => 'out of reach' },
    { kind: 'line', values, color: 'ink', dot: true, smooths: true },
  ],
  labels: (row, now) => [
    { at: values[row] ?? NaN, text: `${now ? 'now' : 'KL'} ${values[row]}`, color: 'ink' },
  ],
  changes: [
    { step: 5000, steps: [5000], text: 'R 10 → 0.25', count: 2, details: ['R 10 → 0.25', 'Temperature 4'] },
  ],
});
const chartOf = (axis: StepAxis, changed: object = {}): ComponentProps<typeof LineChart> => ({
  title: 'KL',
  unit: 'nats',
  axis,
  spec: spec(axis),
  say: (row: number) => `KL ${values[row]}`,
  columns: () => [{ name: 'KL', values }],
  version: 0,
  pinned: true,
  log: false,
  format,
  file: 'lab-kl',
  ...changed,
});

const sized = (): HTMLElement => {
  const host = document.createElement('div');
  host.style.cssText = 'display: grid; width: 328px; height: 170px; font: 13px sans-serif';
  document.body.append(host);
  onTestFinished(() => {
    host.remove();
  });
  return host;
};
const wordsIn = (container: Element): string[] =>
  [...container.querySelectorAll('svg text')].map(({ textContent }) => textContent.trim());
const pictureIn = (container: Element): HTMLElement =>
  container.querySelector('[role=slider]') as HTMLElement;
/** What is downloaded: nothing leaves the page in a test. */
function downloads(): { name: string; blob: Promise<Blob> }[] {
  const found: { name: string; blob: Promise<Blob> }[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    found.push({ name: this.download, blob: fetch(this.href).then((response) => response.blob()) });
  });
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  return found;
}

beforeEach(async () => {
  await loadPage('service-mix');
  await page.viewport(1000, 900);
});

describe('a chart', () => {
  test('draws its line with every peak, its axes and its words', async () => {
    const { container } = await render(LineChart, {
      target: sized(),
      props: chartOf(new StepAxis()),
    });
    await expect.poll(() => wordsIn(container), soon).toContain('now 0.7');
    expect(wordsIn(container)).toEqual(
      expect.arrayContaining(['0', '0.5', '1', 'now 0.7', 'R 10 → 0.25', 'out of reach']),
    );
    const canvas = container.querySelector('canvas') as HTMLCanvasElement;
    const { data, width } = canvas
      .getContext('2d')
      ?.getImageData(0, 0, canvas.width, canvas.height) as ImageData;
    const inked = (x: number, y: number): boolean => (data[4 * (y * width + x) + 3] ?? 0) > 200;
    // The plot reaches from 18 pixels below the top to 18 above the bottom.
    const { height } = canvas.getBoundingClientRect();
    const peak = Math.round(((18 + 0.07 * (height - 36)) * canvas.height) / height);
    expect(Array.from({ length: width }, (_, x) => x).some((x) => inked(x, peak))).toBe(true);
  });

  test('is a slider over steps, moved by keys and read out', async () => {
    const axis = new StepAxis();
    const screen = await render(LineChart, { target: sized(), props: chartOf(axis) });
    const slider = screen.getByRole('slider', { name: 'KL, nats, by step' });
    await expect.element(slider).toHaveAttribute('aria-valuetext', 'Step 9999: KL 0.7');
    await userEvent.tab();
    await userEvent.tab();
    await userEvent.tab();
    await expect.element(slider).toHaveFocus();
    await userEvent.keyboard('{Home}{ArrowRight}{Shift>}{ArrowRight}{/Shift}');
    await expect.element(slider).toHaveAttribute('aria-valuetext', 'Step 11: KL 0.7');
    await expect.element(slider).toHaveAttribute('aria-valuenow', '11');
    await expect.element(slider).toHaveAttribute('aria-valuemax', '9999');
    expect(wordsIn(screen.container)).toEqual(expect.arrayContaining(['step 11', 'KL 0.7']));
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => wordsIn(screen.container), soon).toContain('now 0.7');
    expect(axis.row).toBeUndefined();
    await expect.element(slider).toHaveAttribute('aria-valuetext', 'Step 9999: KL 0.7');
  });

  test('says everything that was changed where the cursor is', async () => {
    const axis = new StepAxis();
    const screen = await render(LineChart, { target: sized(), props: chartOf(axis) });
    await expect.poll(() => wordsIn(screen.container), soon).toContain('now 0.7');
    axis.row = 5000;
    await expect.element(screen.getByText('Temperature 4')).toBeVisible();
    await expect
      .element(screen.getByRole('slider'))
      .toHaveAttribute('aria-valuetext', expect.stringContaining('changed here: R 10 → 0.25, Temperature 4'));
  });

  test('shows its recorded values as a table', async () => {
    const screen = await render(LineChart, { target: sized(), props: chartOf(new StepAxis()) });
    await screen.getByRole('button', { name: 'Table and files of KL' }).click();
    await screen.getByRole('button', { name: 'Table of what is recorded' }).click();
    await expect.element(screen.getByRole('table')).toBeInTheDocument();
    await expect.element(screen.getByText('40 of 10000 recorded rows, the latest first')).toBeInTheDocument();
    await expect.element(screen.getByRole('rowheader', { name: '9999' })).toBeInTheDocument();
  });

  test('with a log axis says how much it does not draw', async () => {
    const axis = new StepAxis();
    const log = (isLog: boolean): ChartSpec => ({
      ...spec(axis)(),
      log: isLog,
      y: [isLog ? 0.1 : 0, 1],
      marks: [{ kind: 'line', values: steps.map((i) => (i < 3 ? 0 : 0.5)), color: 'ink' }],
    });
    const screen = await render(LineChart, { target: sized(), props: chartOf(axis, { spec: log }) });
    const toggle = screen.getByRole('button', { name: 'Log axis of KL' });
    await expect.element(toggle).toHaveAttribute('aria-pressed', 'false');
    await toggle.click();
    await expect.element(toggle).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(() => wordsIn(screen.container), soon).toContain('3 values ≤ 0 not drawn');
    // A reason against it takes it back, and is said.
    await screen.rerender({ unloggable: 'The total is below 0.' });
    await expect.element(toggle).toHaveAttribute('aria-pressed', 'false');
    await expect.poll(() => wordsIn(screen.container), soon).toContain('The total is below 0.');
  });

  test('without rows says so, calmly', async () => {
    const empty = (): ChartSpec => ({
      ...spec(new StepAxis())(),
      steps: [],
      x: [0, 20],
      all: [0, 20],
      marks: [],
      changes: [],
    });
    const screen = await render(LineChart, {
      target: sized(),
      props: chartOf(new StepAxis(), { spec: empty }),
    });
    await expect.element(screen.getByText('Nothing recorded yet.')).toBeVisible();
    await expect
      .element(screen.getByRole('slider'))
      .toHaveAttribute('aria-valuetext', 'Nothing recorded yet.');
  });
});

describe('files of a chart', () => {
  test.each(['SVG', 'PNG', 'CSV'] as const)('%s', async (kind) => {
    const found = downloads();
    const screen = await render(LineChart, { target: sized(), props: chartOf(new StepAxis()) });
    await expect.poll(() => wordsIn(screen.container), soon).toContain('now 0.7');
    await screen.getByRole('button', { name: 'Table and files of KL' }).click();
    await screen.getByRole('button', { name: kind }).click();
    await expect.poll(() => found.length, soon).toBe(1);
    expect(found[0]?.name).toBe(`lab-kl-step9999.${kind.toLowerCase()}`);
    const blob = (await found[0]?.blob) as Blob;
    if (kind === 'CSV') {
      const lines = (await blob.text()).split('\n');
      expect(lines).toHaveLength(10_002);
      expect(lines[0]).toBe('step,KL');
      expect(lines[5001]).toBe('5000,0.95');
    } else if (kind === 'SVG') {
      const parsed = new DOMParser().parseFromString(await blob.text(), 'image/svg+xml');
      expect(parsed.querySelector('parsererror')).toBeNull();
      expect(parsed.documentElement.tagName).toBe('svg');
      expect(parsed.querySelectorAll('path.hatch')).toHaveLength(1);
      const texts = [...parsed.querySelectorAll('text')].map(({ textContent }) => textContent);
      expect(texts).toEqual(
        expect.arrayContaining(['KLnats', 'now 0.7', 'R 10 → 0.25', 'out of reach', '0.5']),
      );
    } else {
      const { width, height } = await createImageBitmap(blob);
      const picture = pictureIn(screen.container).getBoundingClientRect();
      expect(width).toBeGreaterThanOrEqual(2 * picture.width);
      expect(height).toBeGreaterThanOrEqual(2 * picture.height);
      expect(blob.type).toBe('image/png');
    }
  });
});

/** As the page keeps a run: rows, events, knobs; without a worker. */
function source(): ComponentProps<typeof Curves> {
  const series = new SeriesStore();
  const names = [
    ...['step', 'kl', 'floorKl', 'klSd', 'shareInReach', 'entropyMean', 'entropyTargetMean'],
    ...['entropyQ05', 'entropyQ25', 'entropyQ75', 'entropyQ95', 'total', 'learningRate', 'gradientNorm'],
    ...['terms.kl', 'terms.maxsup'],
  ];
  const row = (step: number, kl: number, floor: number): number[] => [
    ...[step, kl, floor, 0.1, 0, 2, 1.07, 1, 1.5, 2, 2.05, kl + 0.1, 0.003, 0.02 + step / 1000, kl, 0.1],
  ];
  const rows = [
    ...Array.from({ length: 41 }, (_, i) => row(10 * i, 0.9, 0.84)),
    ...Array.from({ length: 21 }, (_, i) => row(400 + 10 * i, i === 0 ? 0.5 : 0.01, 0)),
  ];
  series.append(0, names, Float64Array.from(rows.flat()));
  const knobs = { ...defaultsOf(serviceMix.knobs), 'model.use_logit_norm': true };
  return {
    run: {
      lab: serviceMix,
      initial: knobs,
      events: [{ step: 400, key: 'model.use_logit_norm', value: false }],
      labels: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
      series,
      metrics: undefined,
      recorded: 1,
    },
  };
}
const column = async (width: number, height: number): Promise<Screen> => {
  const host = sized();
  host.style.cssText = `width: ${width}px; height: ${height}px; font: 13px sans-serif`;
  const screen = await render(Curves, { target: host, props: source() });
  await expect.poll(() => wordsIn(screen.container).some((text) => text === 'now 0.0100'), soon).toBe(true);
  return screen;
};
const pictures = (container: Element): HTMLElement[] => [
  ...container.querySelectorAll<HTMLElement>('[role=slider]'),
];
/** In the middle of a plot, at a share of its width; labels take about a hundred pixels. */
const point = async (picture: HTMLElement, x: number): Promise<void> => {
  await userEvent.hover(picture, { position: { x, y: 50 } });
};

describe('the column', () => {
  test('has one cursor: the same step in all charts, with a dot on each line', async () => {
    const { container } = await column(328, 560);
    const all = pictures(container);
    expect(all).toHaveLength(5);
    await point(all[1] as HTMLElement, 100);
    await expect.poll(() => container.querySelectorAll('.cursor'), soon).toHaveLength(5);
    const now = new Set(all.map((slider) => slider.ariaValueNow));
    expect(now.size).toBe(1);
    for (const slider of all) expect(slider.querySelectorAll('circle').length).toBeGreaterThan(0);
    // Said once.
    expect(wordsIn(container).filter((text) => text.startsWith('step '))).toHaveLength(1);
    expect(wordsIn(container)).toEqual(expect.arrayContaining(['KL 0.900', 'floor 0.840']));
    await userEvent.unhover(all[1] as HTMLElement);
    await expect.poll(() => container.querySelectorAll('.cursor'), soon).toHaveLength(0);
  });

  test('moving the cursor draws nothing anew', async () => {
    const { container } = await column(328, 560);
    const cleared = vi.spyOn(CanvasRenderingContext2D.prototype, 'clearRect');
    onTestFinished(() => {
      cleared.mockRestore();
    });
    const twoFrames = (): Promise<unknown> =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    // The charts of a column agree on their labels' width after they are drawn for the first time, and draw once more.
    await expect
      .poll(async () => {
        cleared.mockClear();
        await twoFrames();
        return cleared.mock.calls.length;
      }, soon)
      .toBe(0);
    const [first] = pictures(container) as [HTMLElement];
    for (const x of [60, 90, 120]) {
      await point(first, x);
      await expect.poll(() => container.querySelectorAll('.cursor'), soon).toHaveLength(5);
    }
    await twoFrames();
    expect(cleared).not.toHaveBeenCalled();
  });

  test('zooms as one, says so, and comes back', async () => {
    const screen = await column(328, 560);
    const [first] = pictures(screen.container) as [HTMLElement];
    first.focus();
    await userEvent.keyboard('{Home}+');
    await expect.element(screen.getByRole('status').first()).toHaveTextContent('Steps 0 to 300');
    // The past stands still and is not called now.
    await expect
      .poll(() => wordsIn(screen.container).some((text) => text.startsWith('now')), soon)
      .toBe(false);
    await screen.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => wordsIn(screen.container), soon).toContain('now 0.0100');
    await userEvent.keyboard('{Tab}');
  });

  test('a drag shows what it went over, a double click all', async () => {
    const screen = await column(328, 560);
    const [first, second] = pictures(screen.container) as [HTMLElement, HTMLElement];
    await userEvent.dragAndDrop(first, first, {
      sourcePosition: { x: 60, y: 50 },
      targetPosition: { x: 140, y: 60 },
    });
    await expect.element(screen.getByRole('button', { name: 'Show all' })).toBeVisible();
    expect(screen.getByRole('status').first().element().textContent).toMatch(/^\s*Steps \d+ to \d+/);
    await userEvent.dblClick(second);
    await expect.element(screen.getByRole('button', { name: 'Show all' })).not.toBeInTheDocument();
  });

  test('smooths only when asked, and keeps what was recorded', async () => {
    const screen = await column(328, 560);
    await expect.element(screen.getByLabelText('Smoothing')).toHaveValue('1');
    const found = downloads();
    await userEvent.selectOptions(screen.getByLabelText('Smoothing'), 'mean of 11');
    await expect.element(screen.getByText('centred, anew at each change')).toBeVisible();
    await screen.getByRole('button', { name: 'Table and files of Gradient norm' }).click();
    await screen.getByRole('button', { name: 'CSV' }).last().click();
    await expect.poll(() => found.length, soon).toBe(1);
    const lines = (await ((await found[0]?.blob) as Blob).text()).split('\n');
    expect(found[0]?.name).toBe('service-mix-gradient-norm-step600.csv');
    expect(lines[2]).toBe('10,0.03');
  });

  test('fits into the height that is there, small charts side by side', async () => {
    await page.viewport(1440, 900);
    const { container } = await column(328, 560);
    const root = container.querySelector('.curves') as HTMLElement;
    expect(root.scrollHeight).toBeLessThanOrEqual(560);
    const boxes = pictures(container).map((picture) => picture.getBoundingClientRect());
    expect(boxes[3]?.top).toBe(boxes[4]?.top);
    expect(boxes[0]?.height).toBeGreaterThan(100);
    // Labels do not run out of the page.
    for (const text of container.querySelectorAll('svg text'))
      expect(text.getBoundingClientRect().right).toBeLessThanOrEqual(328 + 24);
  });

  test('has two columns where there is width', async () => {
    await page.viewport(1000, 900);
    const { container } = await column(700, 500);
    const [kl, entropy, loss] = pictures(container).map((picture) => picture.getBoundingClientRect()) as [
      DOMRect,
      DOMRect,
      DOMRect,
    ];
    expect(entropy.left).toBeGreaterThan(kl.right);
    expect(loss.top).toBeGreaterThan(kl.bottom);
  });
});
