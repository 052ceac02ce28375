import type { Term } from '../terms/term.ts';

let sheet: CSSStyleSheet | undefined;

/**
 * Gives the page the colours of a lab's terms, on both themes, as `--color-<id>`. In a stylesheet and not as properties
 * of the root: they follow the theme by the same rules as theme.css.
 */
export function showTermColors({ id, terms }: { id: string; terms: readonly Term[] }): void {
  if (!sheet) document.adoptedStyleSheets.push((sheet = new CSSStyleSheet()));
  sheet.replaceSync(colorRules(terms));
  // Canvases read colours only when they draw: charts/theme.ts watches this.
  document.documentElement.dataset['lab'] = id;
}

/** As the rules of theme.css: light by default, dark by system, either by choice. */
export function colorRules(terms: readonly Pick<Term, 'id' | 'color'>[]): string {
  const [light, dark] = (['light', 'dark'] as const).map((theme) =>
    terms.map(({ id, color }) => `--color-${id}:${color[theme]};`).join(''),
  ) as [string, string];
  return `:root{${light}}@media (prefers-color-scheme:dark){:root:not([data-theme='light']){${dark}}}:root[data-theme='dark']{${dark}}`;
}
