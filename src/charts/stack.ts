import type { Values } from './rows.ts';

export interface Layer {
  low: number[];
  high: number[];
}

/**
 * Stacks contributions: what is positive from 0 up, what is negative from 0 down. A contribution that changes its sign is
 * in both, so that nothing is drawn between them. What is not a number leaves a gap in its own layer only.
 *
 * @param layers `[rows]` each
 */
export function stack(layers: readonly Values[]): { up: Layer; down: Layer }[] {
  const rows = Math.max(0, ...layers.map((layer) => layer.length));
  const top = new Array<number>(rows).fill(0);
  const bottom = new Array<number>(rows).fill(0);
  return layers.map((layer) => {
    const [up, down]: [Layer, Layer] = [
      { low: [...top], high: [...top] },
      { low: [...bottom], high: [...bottom] },
    ];
    for (let i = 0; i < rows; i++) {
      const value = layer[i] ?? NaN;
      if (value > 0) top[i] = up.high[i] = (top[i] as number) + value;
      else if (value < 0) bottom[i] = down.low[i] = (bottom[i] as number) + value;
      else if (Number.isNaN(value)) up.high[i] = down.low[i] = NaN;
    }
    return { up, down };
  });
}
