/** A chart as a picture that stands alone: vectors and text, with colours and fonts written out. */
import { pathRound } from 'd3';
import { drawChart } from '../drawChart.ts';
import {
  axisWords,
  labelWords,
  pinPath,
  pinWords,
  readingAt,
  type ChartSpec,
  type Layout,
  type Word,
} from '../lineChart.ts';
import type { Box, Painter, Stroke, Trace } from '../painter.ts';
import type { Measure } from '../pins.ts';

export interface Picture {
  title: string;
  /** What the numbers are. */
  unit: string;
  spec: ChartSpec;
  layout: Layout;
  /** Whether the pins have their heads and words here. */
  pinned: boolean;
  /** What was done to the numbers, and what is not drawn: a line each. */
  notes: readonly string[];
}

export interface Look {
  color: (token: string) => string;
  /** Families, as in a style sheet. */
  font: string;
  measure: Measure;
}

const MARGIN = 12;
const TITLE_HEIGHT = 28;
const NOTE_HEIGHT = 15;
const DIGITS = 2;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => `&#${String(letter.charCodeAt(0))};`);

class SvgPainter implements Painter {
  readonly parts: string[] = [];
  readonly #color: Look['color'];
  #clips = 0;

  constructor(color: Look['color']) {
    this.#color = color;
  }

  stroke(trace: Trace, { color, width, dash = [], alpha = 1, round = false }: Stroke): void {
    this.#path(
      trace,
      `fill="none" stroke="${this.#color(color)}" stroke-width="${width}"` +
        (dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '') +
        (alpha === 1 ? '' : ` stroke-opacity="${alpha}"`) +
        (round ? ' stroke-linejoin="round" stroke-linecap="round"' : ''),
    );
  }

  fill(trace: Trace, color: string, alpha: number): void {
    this.#path(trace, `fill="${this.#color(color)}" fill-opacity="${alpha}"`);
  }

  hatch(trace: Trace): void {
    this.#path(trace, 'class="hatch" fill="url(#hatch)"');
  }

  within({ left, right, top, bottom }: Box, draw: () => void): void {
    const id = `plot${this.#clips++}`;
    this.parts.push(
      `<clipPath id="${id}"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath>`,
      `<g clip-path="url(#${id})">`,
    );
    draw();
    this.parts.push('</g>');
  }

  #path(trace: Trace, attributes: string): void {
    const path = pathRound(DIGITS);
    trace(path);
    const d = path.toString();
    if (d) this.parts.push(`<path d="${d}" ${attributes}/>`);
  }
}

/** The hatch of the page: see hatch.ts. */
const hatchPattern = (color: string): string =>
  '<pattern id="hatch" patternUnits="userSpaceOnUse" width="6" height="6" patternTransform="rotate(45)">' +
  `<rect width="6" height="6" fill="${color}" fill-opacity="0.06"/>` +
  `<path d="M3 0V6" stroke="${color}" stroke-opacity="0.3" stroke-width="1.6"/></pattern>`;

/** What is shown now, as a document; its size in pixels beside it. */
export function svgOf(
  { title, unit, spec, layout, pinned, notes }: Picture,
  { color, font, measure }: Look,
): { svg: string; width: number; height: number } {
  const painter = new SvgPainter(color);
  drawChart(painter, spec, layout);
  const reading = readingAt(spec, layout);
  const words = [
    ...axisWords(layout),
    ...(reading ? labelWords(layout, reading) : []),
    ...(pinned ? pinWords(layout) : []),
  ];
  const text = ({ x, y, text, anchor, color: token, bold, halo }: Word): string =>
    `<text x="${round(x)}" y="${round(y)}" dy="0.34em" text-anchor="${anchor}" fill="${color(token)}"` +
    (bold ? ' font-weight="600"' : '') +
    (halo
      ? ` paint-order="stroke" stroke="${color('paper')}" stroke-width="5" stroke-linejoin="round"`
      : '') +
    `>${escaped(text)}</text>`;
  // Titles are a little larger than what `measure` measures.
  const titleWidth = 1.25 * measure(title);
  const wordsWidth = Math.max(
    layout.width,
    titleWidth + 8 + 1.1 * measure(unit),
    ...notes.map(measure),
    ...words.filter(({ anchor }) => anchor === 'start').map(({ x, text }) => x + measure(text)),
  );
  const width = Math.ceil(wordsWidth + 2 * MARGIN);
  const top = TITLE_HEIGHT + NOTE_HEIGHT * notes.length;
  const height = Math.ceil(layout.height + top + MARGIN);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="${escaped(font)}" font-size="11">`,
    `<title>${escaped(title)}</title><desc>${escaped([unit, ...notes].join('; '))}</desc>`,
    `<defs>${hatchPattern(color('reach'))}</defs>`,
    `<rect width="${width}" height="${height}" fill="${color('paper')}"/>`,
    `<text x="${MARGIN}" y="20" font-size="12.5" font-weight="650" fill="${color('ink')}">${escaped(title)}`,
    `<tspan dx="8" font-size="12" font-weight="400" fill="${color('ink2')}">${escaped(unit)}</tspan></text>`,
    ...notes.map(
      (note, i) =>
        `<text x="${MARGIN}" y="${TITLE_HEIGHT + NOTE_HEIGHT * i + 7}" fill="${color('ink2')}">${escaped(note)}</text>`,
    ),
    `<g transform="translate(${MARGIN} ${top})">`,
    ...painter.parts,
    ...(reading?.dots ?? []).map(
      ({ y, color: token }) =>
        `<circle cx="${round(reading?.x ?? 0)}" cy="${round(y)}" r="3.5" fill="${color(token)}"/>`,
    ),
    ...(pinned ? layout.pins.map(({ x }) => `<path d="${pinPath(round(x))}" fill="${color('ink')}"/>`) : []),
    ...words.map(text),
    '</g></svg>\n',
  ].join('');
  return { svg, width, height };
}

const round = (x: number): number => Math.round(100 * x) / 100;
