/** The page's colours as canvases take them: custom properties, read when something is drawn. */
import { rgb } from 'd3';
import { createSubscriber } from 'svelte/reactivity';
import {
  categoryColors,
  colorTable,
  luminance,
  type CategoryColors,
  type Rgb,
  type ThemeName,
} from './color.ts';

/** What stands in for a property that the page does not set: [light, dark]. */
const FALLBACKS: Readonly<Record<string, readonly [string, string]>> = {
  paper: ['#fdfdfb', '#121315'],
  sunk: ['#efefeb', '#212327'],
  line: ['#e4e4de', '#292b30'],
  line2: ['#cfcfc8', '#3d4047'],
  ink: ['#17181a', '#ededea'],
  ink2: ['#4e5157', '#b4b6bb'],
  ink3: ['#6c6f76', '#8e9198'],
  reach: ['#0f766e', '#4fc4b6'],
};

/** The colours of one theme; made anew when the theme changes, so that it can be the key of what is drawn. */
export class CanvasTheme {
  readonly name: ThemeName;
  readonly #style: CSSStyleDeclaration;
  readonly #paper: Rgb;
  readonly #read = new Map<string, string>();
  readonly #categories = new Map<number, CategoryColors>();
  readonly #tables = new Map<number, Uint32Array>();

  constructor() {
    this.#style = getComputedStyle(document.documentElement);
    const { r, g, b } = rgb(this.#style.getPropertyValue('--paper').trim() || '#fdfdfb');
    this.#paper = [r / 255, g / 255, b / 255];
    this.name = luminance(this.#paper) < 0.2 ? 'dark' : 'light';
  }

  /** A custom property by its name without the dashes; a term's by its id. */
  color(token: string): string {
    let value = this.#read.get(token);
    if (value === undefined) {
      value =
        this.#property(token) ||
        this.#property(`color-${token}`) ||
        FALLBACKS[token]?.[this.name === 'dark' ? 1 : 0] ||
        (this.name === 'dark' ? '#ededea' : '#17181a');
      this.#read.set(token, value);
    }
    return value;
  }

  categories(K: number): CategoryColors {
    let value = this.#categories.get(K);
    if (!value) this.#categories.set(K, (value = categoryColors(K, this.name, this.#paper)));
    return value;
  }

  /** Of {@link colorTable}. */
  table(K: number): Uint32Array {
    let value = this.#tables.get(K);
    if (!value) this.#tables.set(K, (value = colorTable(K, this.name)));
    return value;
  }

  #property(name: string): string {
    return this.#style.getPropertyValue(`--${name}`).trim();
  }
}

let current: CanvasTheme | undefined;

const subscribe = createSubscriber((update) => {
  const changed = (): void => {
    current = undefined;
    update();
  };
  const chosen = new MutationObserver(changed);
  chosen.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'data-lab', 'class'],
  });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  // A stylesheet may come after the first drawing.
  addEventListener('load', changed);
  return () => {
    chosen.disconnect();
    system.removeEventListener('change', changed);
    removeEventListener('load', changed);
    current = undefined;
  };
});

/** The theme in force. Effects that call this run again when it changes. */
export function canvasTheme(): CanvasTheme {
  subscribe();
  return (current ??= new CanvasTheme());
}
