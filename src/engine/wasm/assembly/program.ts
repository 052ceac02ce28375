import { abs, add, and, andNot, BYTES, div, eq, ge, get, gt, LANES, atLeast, max, min, mul, ne, neg, or, pick, put, splat, sqrt, sub, total, V } from '../../../layers/assembly/lanes';
import { exp, log, log1p, pow, sigmoid } from '../../../layers/assembly/math';

/**
 * Runs what `terms/language/program.ts` makes of expressions. An instruction goes over `rows` rows of `vectors` vectors;
 * each operand has an address, the bytes to its next row (0: the same for all), and the bytes to its next vector (0: one
 * for all rows of the batch). The numbers of the operations stand there in the same order.
 */

const COPY = 0, NEG = 1, EXP = 2, LOG = 3, LOG1P = 4, SQRT = 5, ABS = 6, RELU = 7, SIGMOID = 8;
const ADD = 9, SUB = 10, MUL = 11, DIV = 12, POW = 13, MAXIMUM = 14, MINIMUM = 15;
const GREATER = 16, GREATER_EQUAL = 17, EQUAL = 18;
const SELECT = 19, MULTIPLY_ADD = 20;
const SUM = 21, MAX = 22, LOG_SUM_EXP = 23, FIRST_MAX = 24, DOT = 25;
const LANE_SUM = 26, LANE_MAX = 27, LANE_LOG_SUM_EXP = 28, LANE_FIRST_MAX = 29;

/** Bytes of an instruction: sixteen words. */
const INSTRUCTION: usize = 64;

let rows: i32 = 0;
let vectors: i32 = 0;
let out: usize = 0, outRow: usize = 0;
let a: usize = 0, aRow: usize = 0, aNext: usize = 0;
let b: usize = 0, bRow: usize = 0, bNext: usize = 0;
let c: usize = 0, cRow: usize = 0, cNext: usize = 0;
let n: i32 = 0;

/** An odd address lies in an array of the whole batch, of which this block begins `offset` bytes in. */
@inline function address(at: usize, offset: usize): usize {
  const p: usize = load<i32>(at);
  return p & 1 ? p - 1 + offset : p;
}

/**
 * @param code `count` instructions
 * @param offset bytes from the first row of the batch to the first of this block
 * @param valid rows of this block that are in the batch; what lies beyond is no part of sums over rows
 */
export function run(code: usize, count: i32, offset: usize, valid: i32): void {
  for (let k = 0; k < count; k++) {
    rows = load<i32>(code, 4);
    vectors = load<i32>(code, 8);
    out = address(code + 12, offset);
    outRow = load<i32>(code, 16);
    a = address(code + 20, offset);
    aRow = load<i32>(code, 24);
    aNext = load<i32>(code, 28);
    b = address(code + 32, offset);
    bRow = load<i32>(code, 36);
    bNext = load<i32>(code, 40);
    c = address(code + 44, offset);
    cRow = load<i32>(code, 48);
    cNext = load<i32>(code, 52);
    n = load<i32>(code, 56);
    switch (load<i32>(code)) {
      case COPY: one(COPY); break;
      case NEG: one(NEG); break;
      case EXP: one(EXP); break;
      case LOG: one(LOG); break;
      case LOG1P: one(LOG1P); break;
      case SQRT: one(SQRT); break;
      case ABS: one(ABS); break;
      case RELU: one(RELU); break;
      case SIGMOID: one(SIGMOID); break;
      case ADD: two(ADD); break;
      case SUB: two(SUB); break;
      case MUL: two(MUL); break;
      case DIV: two(DIV); break;
      case POW: two(POW); break;
      case MAXIMUM: two(MAXIMUM); break;
      case MINIMUM: two(MINIMUM); break;
      case GREATER: two(GREATER); break;
      case GREATER_EQUAL: two(GREATER_EQUAL); break;
      case EQUAL: two(EQUAL); break;
      case SELECT: three(SELECT); break;
      case MULTIPLY_ADD: three(MULTIPLY_ADD); break;
      case SUM: along(SUM); break;
      case MAX: along(MAX); break;
      case DOT: dot(); break;
      case LOG_SUM_EXP: logSumExp(); break;
      case FIRST_MAX: firstMax(); break;
      default: lanes(load<i32>(code), offset, valid);
    }
    code += INSTRUCTION;
  }
}

@inline function truth(mask: V): V { return and(mask, splat(1)); }

@inline function unary(op: i32, x: V): V {
  if (op == NEG) return neg(x);
  if (op == EXP) return exp(x);
  if (op == LOG) return log(x);
  if (op == LOG1P) return log1p(x);
  if (op == SQRT) return sqrt(x);
  if (op == ABS) return abs(x);
  if (op == RELU) return atLeast(x, splat(0));
  if (op == SIGMOID) return sigmoid(x);
  return x;
}

@inline function binary(op: i32, x: V, y: V): V {
  if (op == ADD) return add(x, y);
  if (op == SUB) return sub(x, y);
  if (op == MUL) return mul(x, y);
  if (op == DIV) return div(x, y);
  if (op == POW) return pow(x, y);
  if (op == MAXIMUM) return max(x, y);
  if (op == MINIMUM) return min(x, y);
  if (op == GREATER) return truth(gt(x, y));
  if (op == GREATER_EQUAL) return truth(ge(x, y));
  return truth(eq(x, y));
}

@inline function one(op: i32): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    let to = out + r * outRow, x = a + r * aRow;
    const next = aNext;
    for (let v = vectors; v > 0; v--) {
      put(to, unary(op, get(x)));
      to += BYTES;
      x += next;
    }
  }
}

@inline function two(op: i32): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    let to = out + r * outRow, x = a + r * aRow, y = b + r * bRow;
    const nextX = aNext, nextY = bNext;
    for (let v = vectors; v > 0; v--) {
      put(to, binary(op, get(x), get(y)));
      to += BYTES;
      x += nextX;
      y += nextY;
    }
  }
}

/** a ≠ 0 ? b : c, or a · b + c. */
@inline function three(op: i32): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    let to = out + r * outRow, x = a + r * aRow, y = b + r * bRow, z = c + r * cRow;
    const nextX = aNext, nextY = bNext, nextZ = cNext;
    for (let v = vectors; v > 0; v--) {
      if (op == SELECT) put(to, pick(ne(get(x), splat(0)), get(y), get(z)));
      else put(to, add(mul(get(x), get(y)), get(z)));
      to += BYTES;
      x += nextX;
      y += nextY;
      z += nextZ;
    }
  }
}

/** Over an axis of `n` rows, aRow bytes apart: every row here is what is left, `rows` of them. */
@inline function along(op: i32): void {
  for (let v: usize = 0; v < <usize>vectors; v++) {
    let x = a + v * aNext;
    let y = get(x);
    for (let j = n; j > 1; j--) {
      x += aRow;
      y = op == SUM ? add(y, get(x)) : max(y, get(x));
    }
    put(out + v * BYTES, y);
  }
}

function dot(): void {
  for (let v: usize = 0; v < <usize>vectors; v++) {
    let x = a + v * aNext, y = b + v * bNext;
    let s = mul(get(x), get(y));
    for (let j = n; j > 1; j--) {
      x += aRow;
      y += bRow;
      s = add(s, mul(get(x), get(y)));
    }
    put(out + v * BYTES, s);
  }
}

function logSumExp(): void {
  for (let v: usize = 0; v < <usize>vectors; v++) {
    const from = a + v * aNext;
    let x = from;
    let top = get(x);
    for (let j = n; j > 1; j--) {
      x += aRow;
      top = max(top, get(x));
    }
    x = from;
    let s = splat(0);
    for (let j = n; j > 0; j--) {
      s = add(s, exp(sub(get(x), top)));
      x += aRow;
    }
    put(out + v * BYTES, add(top, log(s)));
  }
}

/** 1 at the first largest entry, 0 elsewhere. */
function firstMax(): void {
  for (let v: usize = 0; v < <usize>vectors; v++) {
    let x = a + v * aNext;
    let top = get(x);
    for (let j = n; j > 1; j--) {
      x += aRow;
      top = max(top, get(x));
    }
    x = a + v * aNext;
    let to = out + v * BYTES;
    let found = splat(0);
    for (let j = n; j > 0; j--) {
      const y = get(x);
      // A NaN is the largest: it differs from itself.
      const here = andNot(or(eq(y, top), ne(y, y)), found);
      put(to, truth(here));
      found = or(found, here);
      x += aRow;
      to += outRow;
    }
  }
}

@inline function at(r: usize, i: i32): f32 { return load<f32>(a + r * aRow + 4 * <usize>i); }

/** Over the rows of the batch: sums go on from block to block. */
function lanes(op: i32, offset: usize, valid: i32): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    let first = 0;
    for (let i = 1; i < valid; i++) if (at(r, i) > at(r, first) || at(r, i) != at(r, i)) first = i;
    const top = at(r, first);
    const to = out + r * outRow;
    if (op == LANE_FIRST_MAX) {
      for (let i = 0; i < vectors * LANES; i++) store<f32>(to + 4 * <usize>i, i == first ? 1 : 0);
    } else if (op == LANE_MAX) put(to, splat(top));
    else if (op == LANE_LOG_SUM_EXP) {
      let s = splat(0);
      for (let i = 0; i < valid; i++) s = add(s, exp(splat(at(r, i) - top)));
      put(to, add(splat(top), log(s)));
    } else {
      // LANE_SUM: whole vectors, then what is left.
      let s = splat(0);
      const whole = valid / LANES;
      for (let v: usize = 0; v < <usize>whole; v++) s = add(s, get(a + r * aRow + v * BYTES));
      let sum = total(s);
      for (let i = whole * LANES; i < valid; i++) sum += at(r, i);
      put(to, splat(offset ? load<f32>(to) + sum : sum));
    }
  }
}
