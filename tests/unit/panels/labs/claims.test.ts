import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { loadsText, VERDICTS } from '../../../../src/panels/dialogs/claims.ts';
import { claims } from '../../../../src/panels/labs/service-mix/claims.ts';
import type { Sight } from '../../../../src/panels/labs/page.ts';
import { presetById } from '../../../../src/panels/knobs/settings.ts';
import { checkKnobs } from '../../../../src/run/documents/config.ts';

const sights: (Sight & { id: string })[] = claims.list.flatMap(({ id, see }) =>
  typeof see === 'string' ? [] : see.map((sight) => ({ id, ...sight })),
);

describe('the claims of the field note of service-mix', () => {
  it('are K1 to K16, each once and in order', () => {
    expect(claims.list.map(({ id }) => id)).toEqual(
      Array.from({ length: 16 }, (_, i) => `K${String(i + 1)}`),
    );
  });

  it('have the verdicts that were measured', () => {
    const ids = (wanted: string): string[] =>
      claims.list.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);
    expect(ids('holds')).toEqual(['K1', 'K2', 'K5', 'K10', 'K15']);
    expect(ids('fails')).toEqual(['K3', 'K4', 'K6', 'K12', 'K13', 'K14']);
    expect(ids('depends')).toEqual(['K7', 'K8', 'K9', 'K11', 'K16']);
  });

  it('say why in one to three sentences, and can be seen or say why not', () => {
    for (const { id, text, see } of claims.list) {
      const sentences = text.split(/[.!?](?:\s|$)/).filter((part) => part !== '').length;
      expect(sentences, id).toBeGreaterThanOrEqual(1);
      expect(sentences, id).toBeLessThanOrEqual(3);
      expect(see.length, id).toBeGreaterThan(0);
    }
  });

  it.each(sights)('$id, $label: a preset, live knobs in range, and one sentence', (sight) => {
    const preset = presetById(serviceMix, sight.preset);
    expect(preset).toBeDefined();
    const { knobs = {} } = sight;
    expect(checkKnobs(serviceMix, knobs)).toEqual({ knobs, problems: [] });
    for (const [key, value] of Object.entries(knobs)) {
      // A knob that restarts would replace the notice by its own, and one that changes nothing is a mistake.
      expect(serviceMix.knobs.find((knob) => knob.key === key)?.live, key).toBe(true);
      expect(preset?.knobs[key], key).not.toBe(value);
    }
    expect(sight.look).toMatch(/^[A-Z].*[^.]\.$/);
    expect(sight.look.split(/[.!?](?:\s|$)/).filter((part) => part !== '')).toHaveLength(1);
  });

  it('are in docs/service-mix.md with the same ids, verdicts and texts', () => {
    const docs = readFileSync(new URL('../../../../docs/service-mix.md', import.meta.url), 'utf8');
    const told = [...docs.matchAll(/^### (K\d+): (.+)\n\n\*\*(.+?)\.\*\* (.+)\n\n(.+)$/gm)].map((found) =>
      found.slice(1),
    );
    const written = claims.list.map(({ id, claim, verdict, text, see }) => [
      id,
      claim,
      VERDICTS[verdict],
      text,
      typeof see === 'string'
        ? `Nothing to load: ${see}`
        : `Seen in: ${see.map((sight) => loadsText(serviceMix, sight)).join('; ')}.`,
    ]);
    expect(told).toEqual(written);
    expect(docs).toContain(claims.measured);
  });
});

it('loads of a sight are said with the names that the knobs have', () => {
  const sight = { label: '', preset: 'before', knobs: { 'model.use_logit_norm': false }, look: '' };
  expect(loadsText(serviceMix, sight)).toBe('Before, LogitNorm off');
});
