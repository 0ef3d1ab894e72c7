// docs/ref/policy.md lists every word that a policy file may hold, and names tests: each of them is there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { bases } from '../../plugin/domain/basis.js';
import { acts, facts } from '../../plugin/domain/decision.js';
import { faultWords } from '../../plugin/policy/fault-words.js';
import { dutyKinds } from '../../plugin/policy/duties/index.js';
import { root } from '../support/gate.js';

const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
// A line break in the text is a blank in a title.
const document = read('docs/ref/policy.md').replace(/\n(?!\n|[|#-])/g, ' ');
const filesIn = (folder: string): string[] => fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
const tests = ['test/policy', 'test/domain', 'test/export', 'test/http', 'test/e2e', 'test/evidence'].flatMap(filesIn).map(read).join('\n');
const sources = [...filesIn('plugin/policy'), 'plugin/export/needs.ts'].map(read).join('\n');

describe('docs/ref/policy.md', () => {
  const titles = [...document.replace(/`[^`]*`/g, '').matchAll(/"([^"]+)"/g)].map((match) => match[1]!);
  it('names tests', () => assert.ok(titles.length > 60));
  for (const title of new Set(titles)) it(`“${title}” is a test`, () => assert.ok(tests.includes(title), title));
  for (const file of new Set([...document.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map((match) => match[1]!)))
    it(`${file} is there`, () => assert.ok(fs.existsSync(path.join(root, file))));

  // Each where it is explained, not merely mentioned.
  const floor = Array.from({ length: 12 }, (_, at) => `| F${at + 1} |`);
  for (const word of [...acts, ...bases, ...facts].map((it) => `\`${it}\``).concat(dutyKinds.map((kind) => `| \`${kind}:`), floor))
    it(`explains ${word}`, () => assert.ok(document.includes(word)));

  it('every fault code has its Chinese words', () => {
    const used = new Set([...sources.matchAll(/code: '([a-z-]+)'|judgeWord\('([a-z-]+)'/g)].map((match) => match[1] ?? match[2]!));
    assert.deepEqual(Object.keys(faultWords).sort(), [...used].filter((code) => !['necessity-missing', 'cameras-too-many'].includes(code)).sort());
  });

  it('lists every fault code that the files can have, and no other', () => {
    const used = new Set([...sources.matchAll(/code: '([a-z-]+)'|judgeWord\('([a-z-]+)'/g)].map((match) => match[1] ?? match[2]!));
    const listed = new Set([.../## Fault codes([\s\S]*?)## /.exec(read('docs/ref/policy.md'))![1]!.matchAll(/^(`[a-z-]+`[ \n])+/gm)].flatMap((line) => [...line[0].matchAll(/`([a-z-]+)`/g)].map((match) => match[1]!)));
    assert.deepEqual([...listed].sort(), [...used].filter((code) => !['necessity-missing', 'cameras-too-many'].includes(code)).sort());
  });
});
