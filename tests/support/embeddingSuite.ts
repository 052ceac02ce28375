import { expect, test } from 'vitest';
import { OracleExecutor } from '../../src/engine/oracle/oracleExecutor.ts';
import type { EmbedLayer } from '../../src/layers/embed/embed.ts';
import { relativeDistance, type Create } from './executors.ts';
import { chunkOfMembers } from './members.ts';
import { setupOf, type NetworkCase } from './networks.ts';
import { EVERYTHING } from './paritySuite.ts';

/** Three numbers, two positions of a table of seven rows, and a table of three of which one row is often absent. */
const tables: EmbedLayer = {
  kind: 'embed',
  inputs: 6,
  tables: [
    { name: 'symbol', rows: 7, width: 3, columns: [1, 4] },
    { name: 'condition', rows: 3, width: 4, columns: [5] },
  ],
};
const MEMBERS = [{}, EVERYTHING, { 'training.optimizer': 'sgd', 'training.learning_rate': 0.02 }];

const networkOf = (members: NetworkCase['members'], embeds: readonly EmbedLayer[]): NetworkCase => ({
  inputs: 6,
  hidden: [9, 6],
  classes: 5,
  activation: 'tanh',
  batch: 13,
  members,
  seed: 5,
  embeds,
});

const CASES: [title: string, network: NetworkCase][] = [
  ['one model', networkOf([EVERYTHING], [tables])],
  ['three models', networkOf(MEMBERS, [tables])],
  [
    'an embedding on one that has passed its index on',
    networkOf(MEMBERS, [
      { ...tables, tables: tables.tables.slice(1) },
      {
        kind: 'embed',
        inputs: 9,
        tables: [{ name: 'symbol', rows: 7, width: 3, columns: [1, 4] }],
      },
    ]),
  ],
];

/** Networks with embeddings end where the oracle does after 100 steps, within 2e-6. */
export function describeEmbeddings(create: Create): void {
  test.each(CASES)('%s: 100 steps end where the oracle does, within 2e-6', async (_, network) => {
    const setup = setupOf(network);
    const seeds = network.members.map((_, k) => k);
    const [judge, other] = [new OracleExecutor(setup), await create(setup)];
    const chunk = chunkOfMembers({ setup }, seeds, 0, 100);
    const [expected, got] = [await judge.train(chunk), await other.train(chunk)];
    expect(relativeDistance(got.loss, expected.loss)).toBeLessThan(5e-6);
    const [wanted, found] = [await judge.save(), await other.save()];
    const count = wanted.parameters.length / seeds.length;
    for (const k of seeds) {
      const of = (parameters: Float64Array): Float64Array => parameters.subarray(k * count, (k + 1) * count);
      expect(
        relativeDistance(of(found.parameters), of(wanted.parameters)),
        `member ${String(k)}`,
      ).toBeLessThan(2e-6);
    }
    for (const set of ['train', 'validation', 'stage'] as const)
      expect(relativeDistance(await other.predict(set), await judge.predict(set)), set).toBeLessThan(1e-5);
    other.dispose();
  });

  test('a row that batches have stopped to name still moves with Adam, and never with SGD', async () => {
    const setup = setupOf(networkOf([{}, { 'training.optimizer': 'sgd' }], [tables]));
    const { train } = setup.data;
    const condition = (row: number): number => train.features[row * 6 + 5] as number;
    const [here, elsewhere] = [2, 0].map((wanted) =>
      Array.from({ length: train.rows }, (_, row) => row).filter((row) => condition(row) === wanted),
    ) as [number[], number[]];
    expect(Math.min(here.length, elsewhere.length)).toBeGreaterThan(0);
    const chunk = (rows: number[], from: number) => ({
      ...chunkOfMembers({ setup }, [0, 1], from, 3),
      batches: [Int32Array.from({ length: 3 * 13 }, (_, i) => rows[i % rows.length] as number)],
    });
    const executor = await create(setup);
    await executor.train(chunk(here, 0));
    const before = await executor.save();
    await executor.train(chunk(elsewhere, 3));
    const after = await executor.save();
    executor.dispose();
    const count = before.parameters.length / 2;
    // The table `condition` [3, 4] follows the table `symbol` [7, 3].
    const row = (state: Float64Array, member: number): number[] => [
      ...state.subarray(member * count + 21 + 8, member * count + 21 + 12),
    ];
    expect(row(after.parameters, 0)).not.toEqual(row(before.parameters, 0));
    expect(row(after.parameters, 1)).toEqual(row(before.parameters, 1));
  });

  test('an index that names no row is refused when the executor is made', async () => {
    const setup = setupOf(networkOf([{}], [tables]));
    setup.data.validation.features[6 + 4] = 7;
    await expect((async () => create(setup))()).rejects.toThrow(
      'Column 4 of the data has 7 in row 1; the table “symbol” has the rows 0 to 6, and an index must be one of them.',
    );
  });
}
