import type { RunEvent } from '../../engine/protocol.ts';

export const sameEvents = (a: readonly RunEvent[], b: readonly RunEvent[]): boolean =>
  a.length === b.length &&
  a.every(({ step, key, value }, i) => {
    const other = b[i];
    return other?.step === step && other.key === key && other.value === value;
  });
