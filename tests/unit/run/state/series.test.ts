import { beforeEach, describe, expect, it } from 'vitest';
import { SeriesStore } from '../../../../src/run/state/series.ts';

const columns = ['step', 'kl'];
let store: SeriesStore;
const steps = (): readonly number[] => store.column('step');
const rows = (...values: number[]): Float64Array => Float64Array.from(values);

beforeEach(() => {
  store = new SeriesStore();
  store.append(0, columns, rows(0, 0.9, 1, 0.8, 2, 0.7));
});

describe('SeriesStore', () => {
  it('keeps rows by column, in the order of recording', () => {
    store.append(3, columns, rows(3, 0.6));
    expect(store.toRecord()).toEqual({ step: [0, 1, 2, 3], kl: [0.9, 0.8, 0.7, 0.6] });
    expect(store.length).toBe(4);
  });

  it('goes back where rows come again: a run went on from a checkpoint', () => {
    store.append(1, columns, rows(1, 0.5, 5, 0.4));
    expect(store.toRecord()).toEqual({ step: [0, 1, 5], kl: [0.9, 0.5, 0.4] });
  });

  it('goes back also when nothing has been recorded since', () => {
    store.append(2, columns, rows());
    expect(steps()).toEqual([0, 1]);
    store.append(0, columns, rows());
    expect(store.length).toBe(0);
  });

  it('stays as it is when nothing is new', () => {
    store.append(3, columns, rows());
    expect(steps()).toEqual([0, 1, 2]);
    store.append(0, [], rows());
    expect(steps()).toEqual([0, 1, 2]);
  });

  it('starts afresh under other columns', () => {
    store.append(0, ['step', 'total'], rows(7, 1));
    expect(store.toRecord()).toEqual({ step: [7], total: [1] });
    expect(store.column('kl')).toEqual([]);
  });

  it('is empty once cleared, and takes the next run', () => {
    store.clear();
    expect(store.length).toBe(0);
    expect(store.toRecord()).toEqual({ step: [], kl: [] });
    store.append(0, columns, rows(0, 0.5));
    expect(steps()).toEqual([0]);
  });

  it('has nothing under a name that nobody recorded', () => {
    expect(store.column('nothing')).toEqual([]);
    expect(new SeriesStore().length).toBe(0);
    expect(new SeriesStore().toRecord()).toEqual({});
  });

  it('gives copies away, and keeps NaN and infinities', () => {
    store.append(3, columns, rows(3, NaN, 4, Infinity));
    const record = store.toRecord();
    record['kl']?.fill(0);
    expect(store.column('kl')).toEqual([0.9, 0.8, 0.7, NaN, Infinity]);
  });
});
