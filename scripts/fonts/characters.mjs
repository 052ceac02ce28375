import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const between = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).join('');

const ASCII = between(0x20, 0x7e);
/** U+03A2 is not assigned. */
const GREEK = between(0x391, 0x3a1) + between(0x3a3, 0x3a9) + between(0x3b1, 0x3c9);
const SPACES = '\u00a0\u2002\u2003\u2009\u200a\u202f';

/**
 * What the text font holds: more than the page says today, since users name their runs, places have accents, and a new
 * sentence should not need new fonts.
 */
export const TEXT =
  ASCII +
  // Latin-1 and Latin Extended-A.
  between(0xa0, 0x17f) +
  GREEK +
  SPACES +
  '‐‑–—‖‘’‚“”„†‡•…‰′″‹›⁄€™ℓ←↑→↓↔−√∑∏∂∆∞≈≠≤≥∫◊○●□■▲▼►◄⁰⁴⁵⁶⁷⁸⁹⁻ⁿ₀₁₂ᵀᵗ\u0302';

/** Signs of formulas; the font brings the larger forms of those that stretch. */
export const SIGNS = ' ()[]{}|‖⌈⌉⌊⌋⟨⟩√∑∏∫+−±·×÷=≠≈<>≤≥≡∝∈∂∇∞→←′″,.:';

/** Letters of formulas, in italics, and what stands in a formula that is written as text. */
export const LETTERS = ASCII + GREEK + '‖·×÷−′…\u0302';

/** Where the page's texts are written. */
const SOURCES = ['index.html', 'src', 'configs', 'public/data'];
const WRITTEN = /\.(html|svelte|ts|css|yaml|json)$/;

/**
 * Every character in the page's sources and data that ASCII does not have, with one file in which it stands.
 *
 * @returns {Map<string, string>}
 */
export function charactersIn(root) {
  const found = new Map();
  for (const path of SOURCES.flatMap((source) => filesIn(root, source)).filter((path) => WRITTEN.test(path)))
    for (const character of readFileSync(join(root, path), 'utf8'))
      if (character > '\u007e' && !found.has(character)) found.set(character, path);
  return found;
}

function filesIn(root, path) {
  if (WRITTEN.test(path)) return [path];
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const inside = `${path}/${entry.name}`;
    return entry.isDirectory() ? filesIn(root, inside) : [inside];
  });
}
