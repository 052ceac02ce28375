import {
  OPERATIONS,
  type ArrayOf,
  type Instruction,
  type Operand,
  type ScalarOf,
} from '../../terms/language/program.ts';

/** Words of an instruction; assembly/program.ts reads them in this order. */
export const WORDS = 16;

/** Where the arrays of a program lie. */
export interface Places {
  /** Bytes of a vector. */
  vector: number;
  /** Vectors of a block of rows. */
  vectors: number;
  /** Address of each slot. */
  slots: readonly number[];
  /** Of the first scalar; each takes a vector. */
  scalars: number;
  /** Arrays from outside: address, and bytes from row to row. */
  named: ReadonlyMap<string, { address: number; pitch: number }>;
}

interface Reference {
  address: number;
  /** Bytes from row to row, and from vector to vector. */
  pitch: number;
  next: number;
}

/** Instructions as the machine reads them. */
export function encode(instructions: readonly Instruction[], places: Places): Int32Array {
  const words = instructions.flatMap((instruction) => encodeOne(instruction, places));
  return Int32Array.from(words.flat());
}

/** One instruction, or one for each row that lies beside others in a way that the machine cannot follow. */
function encodeOne(instruction: Instruction, places: Places): number[][] {
  const { operation, out, from, length, across, rows } = instruction;
  const code = OPERATIONS.indexOf(operation);
  const { vector, vectors } = places;
  const target = locate(out.of, places);
  const sources = from.map(({ of }) => locate(of, places));
  const width = out.of.lanes ? vectors : 1;
  const address = (r: Reference, { first }: Operand, more = 0): number =>
    r.address + (first + more) * r.pitch;
  const word = (
    n: { rows: number; vectors: number; length: number },
    to: number,
    toRow: number,
    operands: readonly (readonly [number, number, number])[],
  ): number[] => {
    const flat = operands.flat();
    return [
      code,
      n.rows,
      n.vectors,
      to,
      toRow,
      ...flat,
      ...Array<number>(9 - flat.length).fill(0),
      n.length,
      0,
    ];
  };

  if (length > 0) {
    // Over an outer axis. Rows side by side are one long row where nothing lies between them.
    const long =
      across === 1 ||
      (sources.every(({ pitch, next }) => pitch === width * vector && next === vector) &&
        target.pitch === width * vector) ||
      (width === 1 && sources.every(({ pitch }) => pitch === vector) && target.pitch === vector);
    const pieces = long ? 1 : across;
    return Array.from({ length: pieces }, (_, piece) =>
      word(
        { rows: 1, vectors: long ? across * width : width, length },
        address(target, out, piece),
        out.step * target.pitch,
        sources.map((reference, i) => {
          const operand = from[i] as Operand;
          return [address(reference, operand, piece), operand.step * reference.pitch, vector] as const;
        }),
      ),
    );
  }
  if (operation.startsWith('lane')) {
    const [source, operand] = [sources[0] as Reference, from[0] as Operand];
    return [
      word({ rows, vectors, length: 0 }, address(target, out), target.pitch, [
        [address(source, operand), source.pitch, vector],
      ]),
    ];
  }
  const operands = sources.map((reference, i) => {
    const operand = from[i] as Operand;
    return [address(reference, operand), operand.step * reference.pitch, reference.next] as const;
  });
  const flat =
    rows > 1 &&
    target.pitch === width * vector &&
    sources.every(
      ({ pitch, next }, i) =>
        from[i]?.of.kind === 'scalar' ||
        (from[i]?.step === 1 && pitch === width * vector && (width === 1 || next === vector)),
    );
  if (!flat) return [word({ rows, vectors: width, length: 0 }, address(target, out), target.pitch, operands)];
  return [
    word(
      { rows: 1, vectors: rows * width, length: 0 },
      address(target, out),
      0,
      operands.map(([at], i) => [at, 0, from[i]?.of.kind === 'scalar' ? 0 : vector] as const),
    ),
  ];
}

function locate(of: ArrayOf | ScalarOf, { vector, vectors, slots, scalars, named }: Places): Reference {
  if (of.kind === 'scalar') return { address: scalars + of.at * vector, pitch: 0, next: 0 };
  const next = of.lanes ? vector : 0;
  if (of.name === undefined)
    return { address: slots[of.slot] as number, pitch: of.lanes ? vectors * vector : vector, next };
  const place = named.get(of.name);
  if (!place) throw new Error(`The program has no place for "${of.name}".`);
  // An odd address says that each block has a part of its own.
  return { address: of.lanes ? place.address + 1 : place.address, pitch: place.pitch, next };
}
