import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/engine/protocol.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { bentFrom } from '../../../src/panels/story/bent.ts';
import { presetById, settingOf } from '../../../src/panels/knobs/settings.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';

const lab = serviceMix;
const settings = (id: string): KnobValues => {
  const preset = presetById(lab, id);
  if (!preset) throw new Error(id);
  return settingOf(lab, preset);
};
const before = { ...defaultsOf(lab.knobs), ...settings('before') };
const switched = (step: number, id: string): RunEvent[] =>
  Object.entries(settings(id)).map(([key, value]) => ({ step, key, value }));

describe('what the run was bent from', () => {
  it('says nothing of a run that was left alone, or that began as it is', () => {
    expect(bentFrom({ lab, initial: before, events: [] })).toBe('');
    expect(bentFrom({ lab, initial: before, events: switched(0, 'sufficient') })).toBe('');
  });

  it('names the setting before and the step of the switch', () => {
    expect(bentFrom({ lab, initial: before, events: switched(1200, 'sufficient') })).toBe(
      'switched from Before at step 1\u2009200',
    );
    const twice = [...switched(100, 'after'), ...switched(200, 'sufficient')];
    expect(bentFrom({ lab, initial: before, events: twice })).toBe('switched from First fix at step 200');
  });

  it('says until when a setting held that nobody has a name for now', () => {
    const one = [{ step: 40, key: 'model.temperature', value: 3 }];
    expect(bentFrom({ lab, initial: before, events: one })).toBe('Before until step 40');
  });

  it('is silent where a drag has come back, and counts a drag to another setting by its end', () => {
    const temperature = (step: number, value: number): RunEvent => ({
      step,
      key: 'model.temperature',
      value,
    });
    expect(bentFrom({ lab, initial: before, events: [temperature(40, 3), temperature(60, 4)] })).toBe('');
    expect(
      bentFrom({ lab, initial: before, events: [temperature(40, 3), ...switched(90, 'sufficient')] }),
    ).toBe('switched from Before at step 90');
  });

  it('leaves out what is no knob', () => {
    const handed = [{ step: 30, key: 'executor', value: 'oracle' }];
    expect(bentFrom({ lab, initial: before, events: handed })).toBe('');
  });
});
