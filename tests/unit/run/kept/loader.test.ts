import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../../src/engine/oracle/oracleNetwork.ts';
import type { Task } from '../../../../src/engine/task.ts';
import { loadLab } from '../../../../src/labs/index.ts';
import { runtimeOf } from '../../../../src/labs/runtimes.ts';
import { toCheckpoint } from '../../../../src/run/kept/checkpoint.ts';
import { toNamed } from '../../../../src/run/kept/namedTensors.ts';
import { decode, encode } from '../../../../src/run/kept/safetensors.ts';
import { softmax } from '../../../../src/science/distributions.ts';
import { setupOf } from '../../../support/networks.ts';
import { keptRun } from '../../../support/trained.ts';
import { readPublic } from '../../../support/runs.ts';
import { tinyLog } from '../../../support/sessions.ts';

const folder = fileURLToPath(new URL('../../../../src/run/kept', import.meta.url));

/** What a few lines of Python say that use the loader; `path` names the checkpoint. */
function python(lines: string, path: string): { ok: boolean; said: string } {
  const code = `import sys, json\nsys.dont_write_bytecode = True\nsys.path.insert(0, ${JSON.stringify(folder)})\npath = sys.argv[1]\n${lines}`;
  const { status, stdout, stderr } = spawnSync('python3', ['-c', code, path], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  return { ok: status === 0, said: status === 0 ? stdout : stderr };
}
const hasPython = python('import struct', '').ok;
const hasTorch = hasPython && python('import torch', '').ok;

const scratch = mkdtempSync(join(tmpdir(), 'checkpoint-'));
const path = join(scratch, 'run.safetensors');
let bytes: Uint8Array;
let layers: Task['plan']['layers'];
/** Inputs and mixes of the validation places. */
let places: { x: number[][]; predicted: number[][] };
beforeAll(async () => {
  await loadLab('service-mix');
  const knobs = {
    'model.activation': 'gelu',
    'model.hidden': '7,5',
    'model.use_logit_norm': true,
    'model.temperature': 0.7,
  };
  const { run, executor } = await keptRun(tinyLog({ knobs }), 20);
  bytes = toCheckpoint(run, '0.1.0');
  writeFileSync(path, bytes);
  const task = await (await runtimeOf('service-mix')).build(run.log, readPublic);
  const { rows, features } = task.data.validation;
  ({ layers } = task.plan);
  const samples = task.samples(await executor.predict('validation'), run.saved.knobs, rows);
  const width = features.length / rows;
  places = {
    x: samples.map((_, row) => [...features.subarray(row * width, (row + 1) * width)]),
    predicted: samples.map(({ predicted }) => predicted as number[]),
  };
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe.skipIf(!hasPython)('the loader, in Python alone', () => {
  it('reads names, shapes, values and what stands beside them', () => {
    const { said } = python(
      'from load_checkpoint import read\ntensors, beside = read(path)\n' +
        'tensors["series"] = (tensors["series"][0], [])\nprint(json.dumps([tensors, beside]))',
      path,
    );
    const [tensors, beside] = JSON.parse(said) as [
      Record<string, [number[], number[]]>,
      Record<string, string>,
    ];
    const file = decode(bytes);
    expect(Object.keys(tensors).sort()).toEqual([...file.tensors.keys()].sort());
    for (const [name, { shape, data }] of file.tensors) {
      expect(tensors[name]?.[0]).toEqual(shape);
      if (name !== 'series') expect(tensors[name]?.[1]).toEqual([...data]);
    }
    expect(beside).toEqual(Object.fromEntries(file.metadata));
  });

  it('knows the layers of the network, also of a file that does not describe them', () => {
    const { said } = python(
      'from load_checkpoint import read, layers_of\ntensors, beside = read(path)\ndescribed = layers_of(tensors, beside)\n' +
        'del beside["layers"]\nprint(json.dumps([described, layers_of(tensors, beside)]))',
      path,
    );
    const [described, worked] = JSON.parse(said) as [unknown, unknown];
    expect(described).toEqual(layers);
    expect(worked).toEqual(layers);
  });

  it('prints what is in a file', () => {
    const { stdout } = spawnSync('python3', ['-B', join(folder, 'load_checkpoint.py'), path], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('layers.0.weight [7, 6]\n');
  });

  it('refuses what is no checkpoint of ours', () => {
    const other = join(scratch, 'other.safetensors');
    writeFileSync(other, Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]));
    const { ok, said } = python('from load_checkpoint import read\nread(path)', other);
    expect(ok).toBe(false);
    expect(said).toContain('is no checkpoint of Collapse Lab');
  });
});

it.skipIf(!hasTorch)('the loader’s PyTorch model predicts what the page predicts', () => {
  const { said } = python(
    `import torch\nfrom load_checkpoint import load\nmodel, knobs = load(path)\n` +
      `x = torch.tensor(json.loads(${JSON.stringify(JSON.stringify(places.x))}), dtype=torch.float64)\n` +
      `print(json.dumps(model(x).tolist()))`,
    path,
  );
  const predicted = JSON.parse(said) as number[][];
  predicted.forEach((row, i) => {
    row.forEach((share, c) => {
      expect(share).toBeCloseTo(places.predicted[i]?.[c] as number, 12);
    });
  });
});

it.skipIf(!hasTorch)('PyTorch builds a network with an embedding as the oracle computes it', () => {
  const setup = setupOf({
    inputs: 5,
    hidden: [6],
    classes: 3,
    activation: 'silu',
    batch: 4,
    members: [{}],
    seed: 2,
    embeds: [
      {
        kind: 'embed',
        inputs: 5,
        tables: [
          { name: 'b', rows: 4, width: 3, columns: [3, 0] },
          { name: 'a', rows: 2, width: 2, columns: [4] },
        ],
      },
    ],
  });
  const { plan, data, state } = setup;
  const { rows, features } = data.train;
  const logits = new Network(plan, rows).forward(state.parameters, features, rows);
  const expected = Array.from({ length: rows }, (_, row) => softmax(logits.slice(3 * row, 3 * row + 3)));
  const file = join(scratch, 'embedding.safetensors');
  const knobs = {
    'model.use_logit_norm': false,
    'model.temperature_at': 'training',
  };
  writeFileSync(
    file,
    encode({
      metadata: new Map([
        ['collapse-lab.checkpoint', '1'],
        ['knobs', JSON.stringify(knobs)],
        ['layers', JSON.stringify(plan.layers)],
      ]),
      tensors: new Map(
        toNamed(plan.layers, state.parameters).map(([name, { shape, data }]) => [
          name,
          { dtype: 'F64', shape, data },
        ]),
      ),
    }),
  );
  const x = Array.from({ length: rows }, (_, row) => [...features.subarray(5 * row, 5 * row + 5)]);
  const { said } = python(
    `import torch\nfrom load_checkpoint import load\nmodel, knobs = load(path)\n` +
      `x = torch.tensor(json.loads(${JSON.stringify(JSON.stringify(x))}), dtype=torch.float64)\n` +
      `print(json.dumps(model(x).tolist()))`,
    file,
  );
  const predicted = JSON.parse(said) as number[][];
  expect(predicted).toHaveLength(rows);
  predicted.forEach((row, i) => {
    row.forEach((share, c) => {
      expect(share).toBeCloseTo(expected[i]?.[c] as number, 12);
    });
  });
});
