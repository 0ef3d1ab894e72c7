// Which files there are, and the version that names what they say.
import assert from 'node:assert/strict';
import type { Fault } from '../../plugin/domain/problem.js';
import { readFolder, takeTexts, versionOf, type PolicyTexts } from '../../plugin/policy/folder.js';
import { shipped, withPolicies, type Edits } from './policy-folder.js';

const read = async (folder: string): Promise<PolicyTexts> => {
  const faults: Fault[] = [];
  const texts = await readFolder(folder, faults);
  assert.deepEqual(faults, []);
  return texts!;
};
const versionWith = (edits: Edits) => withPolicies(edits, async (folder) => versionOf(await read(folder)));

describe('policy files', () => {
  let texts: PolicyTexts;
  let version: string;
  before(async () => {
    texts = await read(shipped);
    version = await versionOf(texts);
  });

  it('are named with their folder', () => {
    assert.ok(texts['cities/500000.csv']!.startsWith('# 重庆'));
    assert.ok(texts['tests/shipped.csv']!.includes('user,at,act'));
    assert.ok(Object.keys(texts).every((name) => /^([a-z]+\/)?[a-z0-9-]+\.(csv|conf|json)$/.test(name)));
  });

  // prettier-ignore
  const same: [string, Edits][] = [
    ['a byte order mark', { 'roles.csv': (text) => `\uFEFF${text}` }],
    ['line ends of another system', { 'tier-1.csv': (text) => text.replaceAll('\n', '\r\n') }],
    ['blanks at line ends', { 'cities/500000.csv': (text) => text.replaceAll('\n', ' \t\n') }],
    ['no line end at the end', { 'gate.csv': (text) => text.trimEnd() }],
    ['empty lines at the end', { 'tests/shipped.csv': (text) => `${text}\n\n \n` }],
    ['what an editor leaves behind', { 'tier-1.csv~': 'x', '.roles.csv.swp': 'x', 'cities/500000.csv.bak': 'x' }],
  ];
  for (const [name, edits] of same) it(`${name}: the same version`, async () => assert.equal(await versionWith(edits), version));

  // prettier-ignore
  const others: [string, Edits][] = [
    ['an empty line at the beginning, which moves every line', { 'tier-1.csv': (text) => `\n${text}` }],
    ['blanks at the beginning of a line', { 'tier-1.csv': (text) => text.replace('\np,', '\n p,') }],
    ['a comment', { 'gate.csv': (text) => `${text}# kept\n` }],
    ['another tier', { 'cities.csv': (text) => text.replace('120000,天津市,2', '120000,天津市,1') }],
    ['one file less', { 'cities/500000.csv': null }],
    ['one file more, and empty', { 'cities/310000.csv': '' }],
  ];
  for (const [name, edits] of others) it(`${name}: another version`, async () => assert.notEqual(await versionWith(edits), version));

  it('the same text under another name is another version', async () => {
    const { 'cities/500000.csv': city, ...rest } = texts;
    assert.notEqual(await versionOf({ ...rest, 'cities/510100.csv': city! } as PolicyTexts), version);
  });

  it('a changed character of any file is another version', async () => {
    const seen = new Set([version]);
    for (const name of Object.keys(texts)) seen.add(await versionOf({ ...texts, [name]: `${texts[name]!.trimEnd()}.` }));
    assert.equal(seen.size, Object.keys(texts).length + 1);
  });

  it('the order in which the files come makes no version', async () => {
    const turned = Object.fromEntries(Object.entries(texts).reverse()) as PolicyTexts;
    assert.equal(await versionOf(turned), version);
  });

  // Names that came another way are judged like those of a folder.
  // prettier-ignore
  const names: [string, boolean][] = [
    ['cities/310000.csv', true], ['tests/a-1.csv', true], ['cities/310000.CSV', false], ['cities/31000.csv', false], ['cities/010000.csv', false],
    ['cities/a/310000.csv', false], ['tests/../gate.csv', false], ['tests/.csv', false], ['../gate.csv', false], ['/etc/passwd', false],
    ['tier-4.csv', false], ['Gate.csv', false], ['sites/x.csv', false], ['constructor/x.csv', false], ['__proto__', false], ['', false],
  ];
  for (const [name, isGood] of names)
    it(`${isGood ? 'takes' : 'refuses'} a text named “${name}”`, () => {
      const faults: Fault[] = [];
      const taken = takeTexts(Object.fromEntries([...Object.entries(texts), [name, '']]), faults);
      assert.deepEqual(
        [taken !== null, faults.map(({ code, where }) => `${code} ${where}`)],
        isGood ? [true, []] : [false, [`file-unknown ${name}`]],
      );
    });

  it('names every file that is missing', () => {
    const faults: Fault[] = [];
    assert.equal(takeTexts({ 'gate.csv': '' }, faults), null);
    assert.equal(faults.filter(({ code }) => code === 'file-missing').length, 13);
  });
});
