// What makes a line an entry: a table of instants, each in an entry that is otherwise right.
import assert from 'node:assert/strict';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { parseEntry } from '../../plugin/journal/entry-shape.js';

const lineAt = (at: unknown): Buffer => Buffer.from(canonicalJson({ v: 1, index: 0, at, by: 'gate', event: 'journal-opened', data: {} }));

describe('the instant of an entry', () => {
  const rows: [unknown, boolean][] = [
    ['2026-03-01T02:00:00.000Z', true],
    ['2026-02-28T23:59:59.999Z', true],
    ['2024-02-29T00:00:00.000Z', true],
    ['0000-01-01T00:00:00.000Z', true],
    ['2026-02-29T00:00:00.000Z', false],
    ['2026-02-30T00:00:00.000Z', false],
    ['2026-04-31T00:00:00.000Z', false],
    ['2026-13-01T00:00:00.000Z', false],
    ['2026-00-10T00:00:00.000Z', false],
    ['2026-03-00T00:00:00.000Z', false],
    ['2026-03-01T24:00:00.000Z', false],
    ['2026-03-01T02:60:00.000Z', false],
    ['2026-03-01T02:00:60.000Z', false],
    ['2026-03-01T02:00:00Z', false],
    ['2026-03-01T02:00:00.0000Z', false],
    ['2026-03-01T02:00:00.000+08:00', false],
    ['2026-03-01 02:00:00.000Z', false],
    ['2026-03-01T02:00:00.000Z\n', false],
    ['+002026-03-01T02:00:00.000Z', false],
    ['', false],
    [1_772_330_400_000, false],
    [null, false],
  ];
  // Twice: what was found right once is remembered.
  for (const [at, is] of [...rows, ...rows.toReversed()])
    it(`${JSON.stringify(at)}: ${is ? 'one' : 'none'}`, () => assert.equal(parseEntry(lineAt(at)) !== null, is));
});
