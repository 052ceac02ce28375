import { describe, expect, it } from 'vitest';
import type { EngineInfo, Metrics } from '../../../src/engine/protocol.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { describeEngine } from '../../../src/panels/shell/engineText.ts';
import { executorIdOf } from '../../../src/engine/protocol.ts';
import { groupsOf, ownersOf } from '../../../src/panels/knobs/groups.ts';
import { logHistogram, logPosition } from '../../../src/panels/kit/histogram.ts';
import { narrate, type Situation } from '../../../src/panels/labs/service-mix/narrative.ts';
import {
  changesTo,
  isSetting,
  mainPresets,
  presetById,
  settingOf,
  shownPreset,
} from '../../../src/panels/knobs/settings.ts';
import { lifeOf } from '../../../src/panels/story/life.ts';
import type { Knob } from '../../../src/terms/knob.ts';

const lab = serviceMix;
const defaults = defaultsOf(lab.knobs);
const preset = (id: string): NonNullable<ReturnType<typeof presetById>> => {
  const found = presetById(lab, id);
  if (!found) throw new Error(id);
  return found;
};

describe('groups', () => {
  const knob = (key: string, live: boolean): Knob => ({
    kind: 'switch',
    key,
    label: key,
    caption: '',
    live,
    default: false,
  });

  it('holds every knob of the lab once', () => {
    const keys = groupsOf(lab.knobs).flatMap((group) => group.knobs.map(({ key }) => key));
    expect([...keys].sort()).toEqual(lab.knobs.map(({ key }) => key).sort());
  });

  it('puts what acts at once before what restarts the run', () => {
    expect(groupsOf(lab.knobs).map(({ title }) => title)).toEqual(['Model', 'Loss', 'Training', 'Data']);
    const [only] = groupsOf([knob('new.a', false), knob('new.b', true)]);
    expect(only).toMatchObject({ id: 'new', title: 'New', knobs: [{ key: 'new.b' }, { key: 'new.a' }] });
  });

  it('knows the term of a knob', () => {
    const owners = ownersOf(lab.terms);
    expect(owners.get('loss.entropy_weight')).toMatchObject({ first: true, term: { id: 'entropy' } });
    expect(owners.get('loss.min_entropy')).toMatchObject({ first: false, term: { id: 'entropy' } });
    expect(owners.get('training.optimizer')).toBeUndefined();
  });
});

describe('settings', () => {
  it('has the three presets without a story on buttons', () => {
    expect(mainPresets(lab).map(({ id }) => id)).toEqual(['before', 'after', 'sufficient']);
  });

  it('bends logits and loss, and leaves data and training', () => {
    const setting = settingOf(lab, preset('before'));
    expect(setting).toMatchObject({ 'model.temperature': 4, 'loss.label_smoothing': 0 });
    expect(Object.keys(setting).filter((key) => /^(data|training)\./.test(key))).toEqual([]);
    expect(setting).not.toHaveProperty('model.hidden');
  });

  it('recognises a setting; knobs without effect may be anything', () => {
    const before = { ...defaults, ...preset('before').knobs };
    expect(isSetting(lab, preset('before'), before)).toBe(true);
    expect(isSetting(lab, preset('sufficient'), before)).toBe(false);
    expect(isSetting(lab, preset('sufficient'), { ...defaults, 'loss.min_entropy': 2 })).toBe(true);
  });

  it('says what bending would change, and nothing without effect', () => {
    const before = { ...defaults, ...preset('before').knobs };
    expect(changesTo(lab, settingOf(lab, preset('sufficient')), before)).toBe(
      'LogitNorm off, Temperature T 1, Entropy weight 0, MaxSup weight 0',
    );
    expect(changesTo(lab, settingOf(lab, preset('before')), before)).toBe('');
  });

  it('shows the story while it is told, then what is in force', () => {
    const intro = preset('intro');
    const run = { lab, preset: 'intro', knobs: defaults, events: intro.events };
    expect(shownPreset(run)).toMatchObject({ preset: { id: 'intro' } });
    const bent = [...intro.events, { step: 160, key: 'model.use_logit_norm', value: false }];
    expect(shownPreset({ ...run, events: bent })).toMatchObject({ preset: { id: 'sufficient' } });
    const other = { ...defaults, 'loss.entropy_weight': 3 };
    expect(shownPreset({ ...run, preset: 'before', knobs: other })).toMatchObject({
      preset: { id: 'before' },
      changed: true,
    });
  });
});

describe('the sentence', () => {
  const metrics = (values: Record<string, number | string>): Metrics =>
    ({
      step: 100,
      status: 'ok',
      kl: 0.5,
      floorKl: 0,
      entropyMean: 1.1,
      entropyTargetMean: 1.1,
      top1Agreement: 0.9,
      ...values,
    }) as unknown as Metrics;
  const at = (situation: Partial<Situation>): ReturnType<typeof narrate> =>
    narrate({
      metrics: metrics({}),
      knobs: defaults,
      classes: 8,
      playing: true,
      penalties: [
        { id: 'kl', label: 'KL' },
        { id: 'entropy', label: 'Entropy hinge' },
        { id: 'maxsup', label: 'MaxSup' },
      ],
      recovery: () => undefined,
      cut: () => undefined,
      ...situation,
    });

  it.each<[string, Partial<Situation>]>([
    ['untrained', { metrics: metrics({ step: 0 }) }],
    ['collapsed', { metrics: metrics({ entropyMean: 2.077 }) }],
    ['recovered', { metrics: metrics({ kl: 0.001 }) }],
    ['learning', {}],
    ['certain', { metrics: metrics({ entropyMean: 0.4 }) }],
    ['learning', { metrics: metrics({ entropyMean: 1.6, 'pull.kl': 0.4, 'pull.maxsup': 0.1 }) }],
    ['held', { metrics: metrics({ entropyMean: 1.6, 'pull.kl': 0.1, 'pull.maxsup': 0.1 }) }],
  ])('says that the run is %s', (state, situation) => {
    expect(at(situation).state).toBe(state);
  });

  it('names the limit of the head where that is the cause', () => {
    const knobs = { ...defaults, ...preset('before').knobs };
    const { text } = at({ knobs, metrics: metrics({ entropyMean: 2.077, kl: 0.872, floorKl: 0.844 }) });
    expect(text).toContain('reach 0.25 no service');
    expect(text).toContain('15.7\u00a0%');
    expect(text).toContain('no training gets below 0.844');
  });

  it('says when the reach was cut, where it was cut during the run', () => {
    const knobs = { ...defaults, ...preset('before').knobs };
    const collapsed = metrics({ entropyMean: 2.077, kl: 0.92, floorKl: 0.876 });
    expect(at({ knobs, metrics: collapsed, cut: () => 120 }).text).toMatch(
      /^At step 120 the reach was cut to 0\.25: now no service can get more than 15\.7\s%\. The network knows better/,
    );
  });

  it('names what holds the predictions back, the strongest first', () => {
    const held = metrics({ entropyMean: 1.6, 'pull.kl': 0.1, 'pull.entropy': 0.05, 'pull.maxsup': 0.09 });
    expect(at({ metrics: held }).text).toContain('but MaxSup and Entropy hinge hold it back');
  });

  it('says what brought the colour back, with its numbers', () => {
    const { title, text } = at({
      metrics: metrics({ kl: 0.0016 }),
      recovery: () => ({
        step: 800,
        from: 0.25,
        to: 10,
        klBefore: 0.872,
        klSoon: 0.152,
        steps: 5,
        agreementBefore: 0.9,
      }),
    });
    expect(title).toBe('The colour is back.');
    expect(text).toBe(
      'At step 800 the reach went from 0.25 to 10. KL fell from 0.872 to 0.152 in 5 steps. No weight was reset: the network knew, the head could not say it. KL is now 0.00160.',
    );
  });

  it('does not call flat what should be flat', () => {
    const flat = metrics({ entropyMean: 2.077, entropyTargetMean: 2.07, kl: 0.001 });
    expect(at({ metrics: flat }).state).toBe('recovered');
  });
});

describe('what is said of a run of any lab', () => {
  const run = {
    phase: 'ready' as const,
    death: '',
    metrics: { step: 7, status: 'ok' } as unknown as Metrics,
    loads: 1,
    notice: undefined,
  };

  it.each([
    ['starting', { metrics: undefined }],
    ['starting', { loads: 0 }],
    ['dead', { phase: 'dead' as const, death: 'Gone.' }],
    ['diverged', { metrics: { step: 7, status: 'diverged' } as unknown as Metrics }],
    [undefined, {}],
  ])('is that it is %s', (state, situation) => {
    expect(lifeOf({ ...run, ...situation })?.state).toBe(state);
  });

  it('is why it diverged, where that is known', () => {
    const metrics = { step: 7, status: 'diverged' } as unknown as Metrics;
    expect(lifeOf({ ...run, metrics })?.text).toBe('The loss left the range of numbers at step 7.');
    expect(lifeOf({ ...run, metrics, notice: { kind: 'diverged', text: 'MaxSup.' } })?.text).toBe('MaxSup.');
  });
});

describe('the engine', () => {
  const engine = (fields: Partial<EngineInfo>): EngineInfo => ({
    executor: 'tfjs',
    backend: 'cpu',
    adapter: '',
    software: false,
    stepsPerSecond: 0,
    members: 1,
    memory: { tensors: 0, bytes: 0 },
    ...fields,
  });

  it('is described as it is', () => {
    expect(describeEngine(engine({}))).toEqual({ name: 'tfjs, processor', adapter: '' });
    expect(describeEngine(engine({ backend: 'webgpu', adapter: 'SwiftShader', software: true }))).toEqual({
      name: 'tfjs, WebGPU',
      adapter: 'SwiftShader, emulated on the processor',
    });
    expect(executorIdOf(engine({ executor: 'oracle', backend: 'typescript' }))).toBe('oracle');
    const wasm = engine({ executor: 'wasm', backend: 'wasm' });
    expect(executorIdOf(wasm)).toBe('wasm');
    expect(describeEngine({ ...wasm, simd: true }).name).toBe('WASM SIMD');
    expect(describeEngine({ ...wasm, simd: false }).name).toBe('WASM, no SIMD');
  });
});

describe('the histogram', () => {
  it('counts on a log axis, with what lies outside at the ends', () => {
    expect(logHistogram([0.01, 0.5, 5, 99], 0.1, 10, 2)).toEqual([2, 2]);
    expect(logPosition(1, 0.1, 10)).toBeCloseTo(0.5, 12);
    expect(logPosition(Infinity, 0.1, 10)).toBe(1);
  });
});
