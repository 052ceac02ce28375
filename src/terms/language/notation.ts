import type { Expression } from './expression.ts';

/** Presentational MathML as data: an element with text or with elements in it. */
export interface Markup {
  tag: 'mi' | 'mn' | 'mo' | 'mtext' | 'mspace' | 'mrow' | 'mfrac' | 'msub' | 'msup' | 'msqrt';
  text?: string;
  of?: readonly Markup[];
  /** The knob whose value or symbol this is. */
  knob?: string;
}

export const mi = (text: string): Markup => ({ tag: 'mi', text });
export const mn = (text: string): Markup => ({ tag: 'mn', text });
export const mo = (text: string): Markup => ({ tag: 'mo', text });
/** Between a function and what it is of. */
export const space: Markup = { tag: 'mspace' };
export const mrow = (...of: Markup[]): Markup => (of.length === 1 && of[0] ? of[0] : { tag: 'mrow', of });
export const msub = (base: Markup, below: Markup): Markup => ({ tag: 'msub', of: [base, below] });

/** A symbol; what follows an underscore stands below: `H_min`. */
export function symbol(name: string): Markup {
  const [base = '', below] = name.split('_');
  if (below === undefined) return mi(base);
  return msub(mi(base), below.length > 1 ? { tag: 'mtext', text: below } : mi(below));
}

const names = new WeakMap<Expression, Markup>();

/**
 * Gives an expression a name of its own in formulas, such as H(p). Values and gradients know nothing of it.
 *
 * @returns the same expression
 */
export function written(x: Expression, as: Markup): Expression {
  names.set(x, as);
  return x;
}

export const nameOf = (x: Expression): Markup | undefined => names.get(x);

const FENCES: Readonly<Partial<Record<Markup['tag'], readonly [string, string, string]>>> = {
  mfrac: ['', ' ÷ ', ''],
  msub: ['', '_', ''],
  msup: ['', '^', ''],
  msqrt: ['√(', '', ')'],
};

/** The formula in one line of text, for screen readers. */
export function plain({ tag, text, of = [] }: Markup): string {
  if (text !== undefined) return text;
  if (tag === 'mspace') return ' ';
  const [before, between, after] = FENCES[tag] ?? ['', '', ''];
  const parts = of.map((part, i) => {
    // A sign between two things stands apart from them, one before something does not.
    const between = tag === 'mrow' && i > 0 && part.tag === 'mo' && '+−=·÷←'.includes(part.text ?? '(');
    return between ? ` ${plain(part)} ` : plain(part);
  });
  return before + parts.join(between) + after;
}
