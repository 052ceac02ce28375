import { expect, it } from 'vitest';
import { offlineWords, type OfflineFacts } from '../../../src/panels/shell/offline/offlineText.ts';

const whole: OfflineFacts = {
  built: true,
  secure: true,
  supported: true,
  fetching: false,
  failure: '',
  kept: { kept: 70, of: 70 },
};

it('says that the page works offline only where every part is kept', () => {
  expect(offlineWords(whole).works).toBe(true);
  // A newer version that fails or is on its way changes nothing of what is kept.
  expect(offlineWords({ ...whole, fetching: true }).works).toBe(true);
  expect(offlineWords({ ...whole, failure: 'It failed.' }).works).toBe(true);
});

it.each<[string, Partial<OfflineFacts>, RegExp]>([
  ['a page in development', { built: false }, /only the built page/],
  ['an address without encryption', { secure: false }, /https:\/\//],
  ['a browser that keeps nothing', { supported: false }, /private window/],
  ['a first visit', { kept: undefined, fetching: true }, /being fetched/],
  ['nothing kept yet', { kept: undefined }, /^Not yet\. With a connection/],
  ['a failed try', { kept: undefined, failure: '/a.js could not be had.' }, /a\.js could not be had/],
  ['a browser that threw something away', { kept: { kept: 68, of: 70 } }, /2 of 70 parts are missing/],
])('says why it does not: %s', (_, facts, text) => {
  const said = offlineWords({ ...whole, ...facts });
  expect(said.works).toBe(false);
  expect(said.text).toMatch(text);
});
