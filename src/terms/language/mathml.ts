/** Expressions as formulas for people: MathML, from the same source as value and gradient. */
import { schedule, type Axis, type BinaryOp, type Expression, type UnaryOp } from './expression.ts';
import { mi, mn, mo, mrow, msub, nameOf, space, symbol, type Markup } from './notation.ts';

export interface Writing {
  /** How a knob is written: its symbol, or the number that it has. */
  knob: (key: string) => Markup;
  /** A knob's number where it decides which branch is written (choices and switches); undefined for all others. */
  decided: (key: string) => number | undefined;
  /** Also what only guards against 0: + 10⁻⁷. */
  guards?: boolean;
  /** Quotients on one line. */
  inline?: boolean;
}

/** How tightly the outermost operation binds: operands that bind less are fenced. */
const enum Bind {
  Sum,
  Product,
  Prefix,
  Atom,
}

interface Written {
  markup: Markup;
  bind: Bind;
}

const SIZES: Readonly<Record<Axis, string>> = {
  member: 'M',
  image: 'I',
  condition: 'C',
  row: 'N',
  position: 'L',
  pixel: 'P',
  class: 'K',
};
/** Constants below this keep denominators and logarithms off zero; they are not written. */
const GUARD = 1e-5;
const COMPARED: Partial<Record<BinaryOp, string>> = { greater: '>', greaterEqual: '≥', equal: '=' };

/** A formula without means over the batch: they stand around every term alike. */
export function mathOf(x: Expression, writing: Writing): Markup {
  return write(x, writing).markup;
}

/** What the names in a formula stand for, in the order in which they are needed. */
export function definitionsIn(x: Expression, writing: Writing): { name: Markup; is: Markup }[] {
  return schedule([x]).flatMap((part) => {
    const name = nameOf(part);
    return name ? [{ name, is: writeOut(part, writing).markup }] : [];
  });
}

const atom = (markup: Markup): Written => ({ markup, bind: Bind.Atom });
const fenced = (markup: Markup, [open, close]: readonly [string, string] = ['(', ')']): Markup =>
  mrow(mo(open), markup, mo(close));

function write(x: Expression, writing: Writing): Written {
  const name = nameOf(x);
  return name ? atom(name) : writeOut(x, writing);
}

function writeOut(x: Expression, writing: Writing): Written {
  const inside = (y: Expression): Markup => write(y, writing).markup;
  const tight = (y: Expression, bind: Bind): Markup => {
    const { markup, bind: has } = write(y, writing);
    return has < bind ? fenced(markup) : markup;
  };
  switch (x.op) {
    case 'constant':
      return atom(mn(numeral(x.value)));
    case 'input':
      return atom(symbol(x.name));
    case 'knob':
      return atom({ ...writing.knob(x.key), knob: x.key });
    case 'size':
      return atom(mi(SIZES[x.axis]));
    case 'select':
      return choice(x, writing);
    case 'sum':
      return {
        markup: mrow(msub(mo('∑'), { tag: 'mtext', text: x.axis }), space, tight(x.of, Bind.Product)),
        bind: Bind.Prefix,
      };
    case 'max':
      return { markup: mrow(mi('max'), space, tight(x.of, Bind.Atom)), bind: Bind.Prefix };
    case 'logsumexp':
      return atom(mrow(mi('logsumexp'), fenced(inside(x.of))));
    case 'firstMax':
      return atom(mrow(mi('argmax'), fenced(inside(x.of))));
    case 'gather':
      return atom(msub(tight(x.of, Bind.Atom), inside(x.index)));
    case 'oneHot':
      return atom(msub(mi('e'), inside(x.index)));
    case 'expand':
      return write(x.of, writing);
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'pow':
    case 'maximum':
    case 'minimum':
    case 'greater':
    case 'greaterEqual':
    case 'equal':
      return pair(x, writing, tight);
    default:
      return unary(x, inside, tight);
  }
}

type Tight = (y: Expression, bind: Bind) => Markup;
type Of<Op extends Expression['op']> = Extract<Expression, { op: Op }>;

function choice(x: Of<'select'>, writing: Writing): Written {
  const { condition, yes, no } = x;
  if (condition.op === 'equal' && condition.left.op === 'knob' && condition.right.op === 'constant') {
    const value = writing.decided(condition.left.key);
    if (value !== undefined) return write(value === condition.right.value ? yes : no, writing);
  }
  const [y, c, n] = [yes, condition, no].map((part) => write(part, writing).markup) as [
    Markup,
    Markup,
    Markup,
  ];
  const text = (words: string): Markup => ({ tag: 'mtext', text: words });
  return { markup: mrow(y, text(' if '), c, text(', else '), n), bind: Bind.Sum };
}

function pair(x: Of<BinaryOp>, writing: Writing, tight: Tight): Written {
  const { op, left, right } = x;
  const compared = COMPARED[op];
  if (compared !== undefined)
    return atom(
      fenced(mrow(tight(left, Bind.Product), mo(compared), tight(right, Bind.Product)), ['[', ']']),
    );
  switch (op) {
    case 'add':
    case 'sub': {
      if (!writing.guards && isGuard(right)) return write(left, writing);
      // a + (−b) is a − b
      const opposite = right.op === 'neg' && !nameOf(right);
      const minus = (op === 'sub') !== opposite;
      const last = opposite ? right.of : right;
      return {
        markup: mrow(tight(left, Bind.Sum), mo(minus ? '−' : '+'), tight(last, Bind.Product)),
        bind: Bind.Sum,
      };
    }
    case 'mul': {
      // 1 · x, where a choice left nothing of a factor
      if (isOne(left, writing)) return write(right, writing);
      if (isOne(right, writing)) return write(left, writing);
      if (left === right)
        return { markup: { tag: 'msup', of: [tight(left, Bind.Atom), mn('2')] }, bind: Bind.Prefix };
      const [first, second] = isNumberLike(right) && !isNumberLike(left) ? [right, left] : [left, right];
      return {
        markup: mrow(tight(first, Bind.Product), mo('·'), tight(second, Bind.Product)),
        bind: Bind.Product,
      };
    }
    case 'div': {
      const averaged = meanOf(left, right);
      if (averaged?.axis === 'row') return write(averaged.of, writing);
      if (averaged) {
        // Rows have one axis to be averaged over, images two.
        const name = averaged.axis === 'class' ? mi('mean') : msub(mi('mean'), mi(averaged.axis));
        return { markup: mrow(name, space, tight(averaged.of, Bind.Atom)), bind: Bind.Prefix };
      }
      if (isOne(right, writing)) return write(left, writing);
      if (writing.inline)
        return {
          markup: mrow(tight(left, Bind.Product), mo('÷'), tight(right, Bind.Prefix)),
          bind: Bind.Product,
        };
      return {
        markup: { tag: 'mfrac', of: [write(left, writing).markup, write(right, writing).markup] },
        bind: Bind.Product,
      };
    }
    case 'pow':
      return atom({ tag: 'msup', of: [tight(left, Bind.Atom), write(right, writing).markup] });
    default: {
      if (isGuard(right)) return write(left, writing);
      const of = [left, right].map((part) => write(part, writing).markup) as [Markup, Markup];
      return atom(mrow(mi(op === 'maximum' ? 'max' : 'min'), fenced(mrow(of[0], mo(','), of[1]))));
    }
  }
}

function unary(x: Of<UnaryOp>, inside: (y: Expression) => Markup, tight: Tight): Written {
  const { op, of } = x;
  const call = (name: string): Written => ({
    markup: mrow(mi(name), space, tight(of, Bind.Atom)),
    bind: Bind.Prefix,
  });
  switch (op) {
    case 'neg':
      return { markup: mrow(mo('−'), tight(of, Bind.Product)), bind: Bind.Sum };
    case 'exp':
      return atom({ tag: 'msup', of: [mi('e'), inside(of)] });
    case 'log':
      return call('log');
    case 'log1p':
      return atom(mrow(mi('log'), fenced(mrow(mn('1'), mo('+'), inside(of)))));
    case 'sqrt': {
      const vector = normOf(of);
      return atom(vector ? fenced(inside(vector), ['‖', '‖']) : { tag: 'msqrt', of: [inside(of)] });
    }
    case 'abs':
      return atom(fenced(inside(of), ['|', '|']));
    case 'relu':
      return atom(msub(fenced(inside(of), ['[', ']']), mo('+')));
    case 'sigmoid':
      return atom(mrow(mi('σ'), fenced(inside(of))));
    case 'stopGradient':
      return atom(mrow(mi('sg'), fenced(inside(of))));
  }
}

const isGuard = (x: Expression): boolean => x.op === 'constant' && x.value > 0 && x.value < GUARD;
const isNumberLike = (x: Expression): boolean => x.op === 'constant' || x.op === 'knob' || x.op === 'size';

/** Whether this is 1 whatever the sliders say. */
function isOne(x: Expression, writing: Writing): boolean {
  if (x.op === 'constant') return x.value === 1;
  if (x.op !== 'select' || x.condition.op !== 'equal' || x.condition.left.op !== 'knob') return false;
  const { left, right } = x.condition;
  const value = writing.decided(left.key);
  if (value === undefined || right.op !== 'constant') return false;
  return isOne(value === right.value ? x.yes : x.no, writing);
}

/** What is averaged, where a quotient is a mean. */
function meanOf(left: Expression, right: Expression): { of: Expression; axis: Axis } | undefined {
  return left.op === 'sum' && right.op === 'size' && left.axis === right.axis ? left : undefined;
}

/** The vector whose length a root is; as `norm` builds it. */
function normOf(x: Expression): Expression | undefined {
  const squares = x.op === 'maximum' && isGuard(x.right) ? x.left : x;
  if (squares.op !== 'sum' || squares.of.op !== 'mul') return undefined;
  return squares.of.left === squares.of.right ? squares.of.left : undefined;
}

/** A constant with at most three digits; small ones as a power of ten. */
function numeral(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(2).split('e');
  if (Math.abs(Number(exponent)) < 4) return String(Number(value.toPrecision(3))).replace('-', '−');
  const raised = exponent.replace('+', '').replace(/[-\d]/g, (c) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)] ?? '⁻');
  return `${Number(mantissa) === 1 ? '' : `${String(Number(mantissa))}·`}10${raised}`;
}
