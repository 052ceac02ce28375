import type { NumberKnob } from './knob.ts';

/** A number knob: live and linear where nothing else is said. */
export const number = (
  key: string,
  fields: Omit<NumberKnob, 'kind' | 'key' | 'live' | 'scale'> & Partial<Pick<NumberKnob, 'live' | 'scale'>>,
): NumberKnob => ({ kind: 'number', key, live: true, scale: 'linear', ...fields });
