// The manifest is one text for one set of facts, and says no more of a person than it must.
import assert from 'node:assert/strict';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { makeManifest, writeManifest } from '../../plugin/evidence/manifest.js';
import type { ManifestParts } from '../../plugin/evidence/manifest.js';
import { manifestSchema } from '../../plugin/evidence/manifest-schema.js';
import { maskNumber } from '../../plugin/evidence/mask-number.js';
import { contents, manifestParts, requestId } from '../support/evidence/sealed-package.js';

const parts = (): ManifestParts => manifestParts(requestId, contents());

describe('manifest', () => {
  it('is canonical JSON, the same for the same parts in any order', () => {
    const bytes = writeManifest(makeManifest(parts()));
    assert.equal(bytes.toString(), canonicalJson(JSON.parse(bytes.toString())));
    assert.deepEqual(writeManifest(makeManifest({ ...parts(), artifacts: contents().toReversed() })), bytes);
  });

  it('lists every file by path, without what is ours alone', () => {
    const { files } = makeManifest(parts());
    assert.deepEqual(files.map(({ path }) => path), contents().map(({ path }) => path).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    for (const file of files) assert.ok(!('object' in file) && !('crc32' in file));
    assert.equal(files.find(({ role }) => role === 'viewing')?.parent, 'original/cam-1/01.mp4');
  });

  it('holds no identity number in full', () => {
    const text = writeManifest(makeManifest(parts())).toString();
    assert.ok(!text.includes('POLICE-0012345') && text.includes('**********2345'));
  });

  it('tells that there was no instrument', () => {
    const { application } = parts();
    assert.equal(makeManifest({ ...parts(), application: { ...application, instrument: undefined } }).instrument, null);
  });

  const masked: [text: string, shown: string][] = [
    ['POLICE-0012345', '**********2345'], ['12345678', '******78'], ['123', '**3'], ['12', '**'], ['', ''], ['示例证号一二', '****一二'],
  ];
  for (const [text, shown] of masked) it(`masks “${text}” as “${shown}”`, () => assert.equal(maskNumber(text), shown));

  const [first] = contents();
  const misfits: [what: string, change: Partial<ManifestParts>][] = [
    ['no file', { artifacts: [] }],
    ['the same path twice', { artifacts: [first!, first!] }],
    ['a path that leaves the folder', { artifacts: [{ ...first!, path: '../01.mp4' }] }],
    ['a path with a blank', { artifacts: [{ ...first!, path: 'original/cam 1/01.mp4' }] }],
    ['a path in the journal', { artifacts: [{ ...first!, path: 'journal/x' }] }],
    ['a file called like the manifest', { artifacts: [{ ...first!, path: 'manifest.json' }] }],
    ['a parent that is not there', { artifacts: [{ ...first!, parent: 'original/none.mp4', reason: 'viewing' }] }],
    ['a file made from itself', { artifacts: [{ ...first!, parent: first!.path, reason: 'viewing' }] }],
    ['a sum that is none', { artifacts: [{ ...first!, sha256: 'abc' }] }],
    ['a time with an offset', { createdAt: '2026-03-01T10:00:00+08:00' }],
    ['a disclosure without salt', { disclosures: [{ commitment: `sha256:${'0'.repeat(64)}`, field: 'unit', value: 'x', salt: '' }] }],
    ['no camera', { cameras: [] }],
  ];
  for (const [what, change] of misfits)
    it(`is not made of ${what}`, () => assert.throws(() => makeManifest({ ...parts(), ...change }), { name: 'Problem', code: 'internal' }));

  it('takes no member that the schema does not know', () => {
    const manifest = makeManifest(parts());
    assert.equal(manifestSchema.safeParse(manifest).success, true);
    assert.equal(manifestSchema.safeParse({ ...manifest, note: 'x' }).success, false);
    assert.equal(manifestSchema.safeParse({ ...manifest, plan: { ...manifest.plan, note: 'x' } }).success, false);
  });
});
