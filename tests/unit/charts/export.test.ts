import { describe, expect, test } from 'vitest';
import { csvOf } from '../../../src/charts/export/csv.ts';
import { svgOf, type Look, type Picture } from '../../../src/charts/export/svg.ts';
import { layOut, type ChartSpec } from '../../../src/charts/lineChart.ts';

const plain = (x: number): string => String(x);
const measure = (text: string): number => 6 * text.length;
const spec: ChartSpec = {
  steps: [0, 10, 20],
  all: [0, 20],
  x: [0, 20],
  y: [0, 1],
  marks: [
    { kind: 'hatch', to: [0.4, 0.4, 0.4] },
    { kind: 'band', low: [0.1, 0.1, 0.1], high: [0.2, 0.2, 0.2], color: 'ink', alpha: 0.14 },
    { kind: 'rule', at: 0.9, color: 'ink3', dash: [1, 3] },
    { kind: 'line', values: [0.8, 0.6, 0.5], mean: [0.8, 0.63, 0.5], color: 'color-kl', dot: true },
  ],
  labels: () => [{ at: 0.5, text: 'now <0.5> & "floor"', color: 'color-kl', strong: true }],
  changes: [{ step: 10, steps: [10], text: 'R 1 → 2', count: 1, details: [] }],
};
const layout = layOut(
  spec,
  300,
  150,
  { top: 18, right: 80, bottom: 18, left: 30 },
  { step: plain, value: plain, tick: plain },
  measure,
);
const look: Look = {
  color: (token) => ({ 'color-kl': '#17181a', paper: '#fdfdfb', reach: '#0f766e' })[token] ?? '#777',
  font: '"Segoe UI", sans-serif',
  measure,
};
const picture: Picture = { title: 'KL(t‖m)', unit: 'nats', spec, layout, pinned: true, notes: ['Log axis.'] };
const { svg, width, height } = svgOf(picture, look);

describe('an SVG of a chart', () => {
  test('has its marks as paths, the hatch as a pattern, and pins', () => {
    expect(svg).toContain('<pattern id="hatch"');
    expect(svg).toMatch(/<path d="[^"]+" class="hatch" fill="url\(#hatch\)"\/>/);
    expect(svg).toMatch(/<path d="[^"]+" fill="#777" fill-opacity="0.14"\/>/);
    expect(svg).toMatch(/stroke-width="1.2" stroke-dasharray="1 3"/);
    // The mean, and what was recorded pale behind it.
    expect(svg).toMatch(/stroke="#17181a" stroke-width="1" stroke-opacity="0.35"/);
    expect(svg).toMatch(/stroke="#17181a" stroke-width="2" stroke-linejoin="round"/);
    expect(svg).toContain('<circle cx="220"');
    expect(svg).toContain('R 1 → 2');
  });

  test('draws the line where the page does', () => {
    const y = (value: number): number => Math.round(100 * layout.y(value)) / 100;
    expect(svg).toContain(`M30,${y(0.8)}L125,${y(0.6)}L220,${y(0.5)}`);
  });

  test('stands alone: colours are written out, fonts named, nothing is fetched and nothing runs', () => {
    expect(svg).not.toMatch(/var\(|style=|<script|href|@import/);
    expect(svg).toContain('font-family="&#34;Segoe UI&#34;, sans-serif"');
    expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
  });

  test('escapes words, and leaves room for all of them', () => {
    expect(svg).toContain('now &#60;0.5&#62; &#38; &#34;floor&#34;');
    expect(width).toBeGreaterThanOrEqual(228 + measure('now <0.5> & "floor"'));
    expect(height).toBeGreaterThan(150);
    expect(svg).toContain('>Log axis.</text>');
  });

  test('has no pins where the chart has none', () => {
    expect(svgOf({ ...picture, pinned: false }, look).svg).not.toContain('R 1 → 2');
  });
});

test('CSV has every row and every digit', () => {
  const columns = [
    { name: 'KL, sd', values: [0.1 + 0.2, NaN] },
    { name: 'x', values: [1e-12, -3] },
  ];
  expect(csvOf([0, 10], columns)).toBe('step,"KL, sd",x\n0,0.30000000000000004,1e-12\n10,NaN,-3\n');
  expect(csvOf([], [])).toBe('step\n');
});
