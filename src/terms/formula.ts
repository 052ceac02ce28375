import { numericValue, type Knob, type KnobValues } from './knob.ts';
import { input, log, type Expression } from './language/expression.ts';
import { definitionsIn, mathOf, type Writing } from './language/mathml.ts';
import { mn, symbol, type Markup } from './language/notation.ts';
import type { FieldScope, SoftmaxScope, Term } from './term.ts';

/**
 * Terms as formulas, from the expressions that train. Letters: f logits, u after LogitNorm, v after T, p = softmax(v);
 * of images p = σ(f), and y the mask.
 */

const letter = (name: string): Expression => input(name, 'row', 'class');
const p = letter('p');
const scope: SoftmaxScope = {
  target: letter('t'),
  normalized: letter('u'),
  scaled: letter('v'),
  logProbabilities: log(p),
  probabilities: p,
};

const pixels = (name: string): Expression => input(name, 'image', 'pixel');
const field: FieldScope = { target: pixels('y'), logits: pixels('f'), probabilities: pixels('p') };

/** Letter before and after each logit transform; others go from v to v. */
const LETTERS: Readonly<Record<string, readonly [string, string]>> = {
  logit_norm: ['f', 'u'],
  temperature: ['u', 'v'],
};

export interface Formula {
  /** What the formula is of: u, v, t′; absent for a summand of the loss. */
  of?: Markup;
  is: Markup;
  /** What the names in it stand for. */
  where: readonly { name: Markup; is: Markup }[];
}

/** How formulas write knobs: `symbols` for what holds in general, `numbers` for what holds now. */
export type Style = 'symbols' | 'numbers';

/**
 * The formula of a term; choices and switches stand as they are set.
 *
 * @param number how a knob's number is written
 */
export function formulaOf(
  term: Term,
  knobs: readonly Knob[],
  values: KnobValues,
  style: Style,
  number: (value: number) => string,
): Formula {
  const writing = writingOf(knobs, values, style, number);
  const { of, expression } = expressionOf(term);
  return {
    ...(of && { of }),
    is: mathOf(expression, writing),
    where: style === 'symbols' ? definitionsIn(expression, writing) : [],
  };
}

/** The formula in which a knob of no term stands, in symbols; undefined where it declares none. */
export function knobFormulaOf(knob: Knob, knobs: readonly Knob[], values: KnobValues): Formula | undefined {
  if (!knob.formula) return undefined;
  const writing = writingOf(knobs, values, 'symbols', String);
  return { of: symbol(knob.formula.of), is: mathOf(knob.formula.is, writing), where: [] };
}

function writingOf(
  knobs: readonly Knob[],
  values: KnobValues,
  style: Style,
  number: (value: number) => string,
): Writing {
  const byKey = new Map(knobs.map((knob) => [knob.key, knob]));
  return {
    guards: style === 'symbols',
    inline: style === 'numbers',
    knob: (key) => {
      const knob = byKey.get(key);
      const value = values[key];
      if (style === 'symbols' && knob?.symbol) return symbol(knob.symbol);
      return typeof value === 'number' ? mn(number(value)) : { tag: 'mtext', text: knob?.label ?? key };
    },
    decided: (key) => {
      const knob = byKey.get(key);
      const value = values[key];
      return knob === undefined || knob.kind === 'number' || value === undefined
        ? undefined
        : numericValue(knob, value);
    },
  };
}

function expressionOf(term: Term): { of?: Markup; expression: Expression } {
  if (term.kind === 'penalty') return { expression: term.expression(scope) };
  if (term.kind === 'field') return { expression: term.expression(field) };
  if (term.kind === 'target') return { of: symbol('t′'), expression: term.expression(letter('t')) };
  const [before, after] = LETTERS[term.id] ?? ['v', 'v'];
  return { of: symbol(after), expression: term.expression(letter(before), 'evaluation') };
}
