// What changed, as people read changes: how an editor ends lines is none, and nothing takes long.
import assert from 'node:assert/strict';
import type { PolicyTexts } from '../../plugin/policy/folder.js';
import { changedFiles, diffTexts } from '../../plugin/policy/diff-texts.js';

const texts = (files: Record<string, string>): PolicyTexts => files as unknown as PolicyTexts;

describe('diff of policy files', () => {
  const before = texts({ 'a.csv': 'one\ntwo\nthree\n', 'b.csv': 'x\n', 'gone.csv': 'y\n' });
  // prettier-ignore
  const table: [string, Record<string, string>, string[]][] = [
    ['nothing', { 'a.csv': 'one\ntwo\nthree\n', 'b.csv': 'x\n', 'gone.csv': 'y\n' }, []],
    ['line ends, a mark and blanks of a spreadsheet', { 'a.csv': '\uFEFFone\r\ntwo  \r\nthree', 'b.csv': 'x\n', 'gone.csv': 'y\n' }, []],
    ['a word', { 'a.csv': '\uFEFFone\r\n2\r\nthree\r\n', 'b.csv': 'x\n', 'gone.csv': 'y\n' }, ['a.csv']],
    ['a file more and one less', { 'a.csv': 'one\ntwo\nthree\n', 'b.csv': 'x\n', 'new.csv': '' }, ['gone.csv', 'new.csv']],
  ];
  for (const [what, after, changed] of table)
    it(`${what}: ${changed.join(', ') || 'no file'}`, () => assert.deepEqual(changedFiles(before, texts(after)), changed));

  it('shows the changed line and its neighbours alone, whatever the line ends', async () => {
    const [{ file, patch } = { file: '', patch: '' }] = await diffTexts(
      before,
      texts({ ...before, 'a.csv': '\uFEFFone\r\n2\r\nthree\r\n' }),
    );
    assert.equal(file, 'a.csv');
    assert.deepEqual(patch!.trimEnd().split('\n').slice(-4), [' one', '-two', '+2', ' three']);
  });

  it('gives a file up that differs in too much to read', async () => {
    const lines = (word: string): string => Array.from({ length: 60_000 }, (_, at) => `${word} ${(at * 7919) % 60_000}`).join('\n');
    const [diff] = await diffTexts(texts({ 'a.csv': lines('x') }), texts({ 'a.csv': lines('y') }));
    assert.equal(diff!.patch, null);
  });
});
