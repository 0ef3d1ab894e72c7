// docs/guide/policy.md, tried as it is written: each worked change by itself, then all together.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { faultLine } from '../../plugin/cli/outcome.js';
import { judgeFolder } from '../../plugin/policy/load.js';
import { root } from '../support/gate.js';
import { append, replace, withPolicies, type Edits } from './policy-folder.js';

const guide = fs.readFileSync(path.join(root, 'docs/guide/policy.md'), 'utf8');
const changes = guide
  .split(/^### /m)
  .slice(1)
  .map((section) => section.split(/^## /m)[0]!);

interface Block {
  kind: string;
  words: readonly string[];
  text: string;
}

const blocksOf = (section: string): Block[] =>
  [...section.matchAll(/^```(\w+) ([^\n]+)\n([\s\S]*?)^```$/gm)].map(([, kind, words, text]) => ({
    kind: kind!,
    words: words!.split(' '),
    text: text!,
  }));

/** A diff as an administrator follows it: `-` lines go, `+` lines come in their place, or at the end. */
function follow(text: string): (text: string) => string {
  const lines = text.trimEnd().split('\n');
  const [gone, come] = ['-', '+'].map((sign) => lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1)));
  return gone!.length > 0 ? replace(gone!.join('\n'), come!.join('\n')) : append(come!.join('\n'));
}

const editsOf = (section: string): Edits =>
  Object.fromEntries(
    blocksOf(section)
      .filter(({ kind }) => kind === 'diff' || kind === 'csv')
      .map(({ kind, words: [file], text }) => [file!, kind === 'diff' ? follow(text) : text]),
  );
const testsIn = (edits: Edits): number =>
  Object.entries(edits).reduce(
    (sum, [file, text]) => sum + (file.startsWith('tests/') ? String(text).trimEnd().split('\n').length - 1 : 0),
    0,
  );

describe('the guide for administrators', () => {
  it('has three worked changes, each with files and tests', () => {
    assert.equal(changes.length, 3);
    for (const section of changes) assert.ok(testsIn(editsOf(section)) >= 3 && Object.keys(editsOf(section)).length >= 2);
  });

  for (const section of changes) {
    const title = section.split('\n')[0]!;
    it(`${title}: no fault, and its own tests hold`, async () => {
      const edits = editsOf(section);
      const shipped = await withPolicies({}, judgeFolder);
      const { faults, testsPassed } = await withPolicies(edits, judgeFolder);
      assert.deepEqual(faults, []);
      assert.equal(testsPassed, shipped.testsPassed + testsIn(edits));
    });

    it(`${title}: its tests fail where only they are saved`, async () => {
      const tests = Object.fromEntries(Object.entries(editsOf(section)).filter(([file]) => file.startsWith('tests/')));
      const { faults } = await withPolicies(tests, judgeFolder);
      assert.ok(faults.length > 0 && faults.every(({ code }) => code.startsWith('test-')), JSON.stringify(faults));
    });

    for (const {
      words: [file, without],
      text,
    } of blocksOf(section).filter(({ kind }) => kind === 'fault'))
      it(`${title}: without ${without} the fault is the one in the guide`, async () => {
        const edits = editsOf(section);
        const edit = edits[file!] as (text: string) => string;
        const forgetful = (given: string): string =>
          edit(given)
            .split('\n')
            .filter((line) => !line.includes(without!))
            .join('\n');
        const { faults } = await withPolicies({ ...edits, [file!]: forgetful }, judgeFolder);
        assert.ok(faults.map(faultLine).includes(text.trim()), JSON.stringify(faults, null, 1));
      });
  }

  it('the three changes go together', async () => {
    const { faults } = await withPolicies(Object.assign({}, ...changes.map(editsOf)) as Edits, judgeFolder);
    assert.deepEqual(faults, []);
  });
});
