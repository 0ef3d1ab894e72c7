// Sizes, durations and secrets.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { parseDuration } from '../../plugin/config/duration.js';
import { Secret } from '../../plugin/config/secret.js';
import { parseSize } from '../../plugin/config/size.js';

describe('sizes and durations', () => {
  const table: [(text: string) => number | null, string, number | null][] = [
    [parseSize, '0B', 0],
    [parseSize, '512KiB', 524_288],
    [parseSize, '20GiB', 21_474_836_480],
    [parseSize, '3TiB', 3_298_534_883_328],
    [parseSize, '20GB', null],
    [parseSize, '20 GiB', null],
    [parseSize, '-1GiB', null],
    [parseSize, '1.5GiB', null],
    [parseSize, '20', null],
    [parseSize, '9999999GiB', null],
    [parseSize, '1GiB\n', null],
    [parseDuration, '250ms', 250],
    [parseDuration, '90s', 90_000],
    [parseDuration, '15m', 900_000],
    [parseDuration, '2h', 7_200_000],
    [parseDuration, '30d', 2_592_000_000],
    [parseDuration, '15', null],
    [parseDuration, '15M', null],
    [parseDuration, '1h30m', null],
    [parseDuration, '', null],
  ];
  for (const [parse, text, value] of table)
    it(`${JSON.stringify(text)} by ${parse.name} is ${value}`, () => assert.equal(parse(text), value));
});

describe('secret', () => {
  const secret = new Secret('swordfish');
  const prints: [string, () => string][] = [
    ['String', () => String(secret)],
    ['a template', () => `${secret}`],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect', () => inspect({ deep: { secret } }, { showHidden: true, depth: 9 })],
    ['its entries', () => JSON.stringify(Object.entries(secret)) + JSON.stringify(Object.getOwnPropertyNames(secret))],
    ['a spread', () => inspect({ ...secret })],
    ['an error', () => new Error('no', { cause: secret }).stack + inspect(new Error('no', { cause: secret }))],
  ];
  for (const [how, print] of prints) it(`does not show itself through ${how}`, () => assert.doesNotMatch(print(), /swordfish/));
  it('reveals itself when asked', () => assert.equal(secret.reveal(), 'swordfish'));
});
