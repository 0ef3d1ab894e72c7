// The list of files: everything, in the one order, and the same bytes each time.
import assert from 'node:assert/strict';
import { packageFiles } from '../../plugin/evidence/package.js';
import type { PackageParts } from '../../plugin/evidence/package.js';
import { zipOf } from '../support/evidence/bytes.js';
import { aSealedPackage } from '../support/evidence/sealed-package.js';

describe('package', () => {
  it('holds manifest, envelope, files by path, entries, proofs, checkpoint', () => {
    assert.deepEqual(packageFiles(aSealedPackage()).map(({ path }) => path), [
      'manifest.json', 'manifest.dsse.json', 'original/cam-1/01.mp4', 'original/cam-1/02.mp4', 'original/cam-1/coverage.json',
      'original/cam-1/units.ndjson', 'original/大门-2/01.mp4', 'original/大门-2/coverage.json', 'original/大门-2/units.ndjson',
      'verify.html', 'viewing/cam-1/01.mp4', 'journal/entries.ndjson',
      ...[2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15].map((index) => `journal/${String(index).padStart(12, '0')}.tlog-proof`),
      'journal/checkpoint',
    ]);
  });

  it('is byte for byte the same when it is made again', async () => {
    const parts = aSealedPackage();
    const again = aSealedPackage();
    assert.deepEqual(await zipOf({ ...again, artifacts: again.artifacts.toReversed() }), await zipOf(parts));
  });

  const sealed = aSealedPackage();
  const first = sealed.artifacts[0]!;
  const misfits: [what: string, parts: PackageParts][] = [
    ['a history without its seal', { ...sealed, entries: sealed.entries.slice(0, -1) }],
    ['a history with a hole', { ...sealed, entries: sealed.entries.toSpliced(3, 1) }],
    ['no history', { ...sealed, entries: [] }],
    ['a manifest that the seal does not name', { ...sealed, manifest: Buffer.from('{}') }],
    ['two files at one place', { ...sealed, artifacts: [first, first] }],
    ['a file outside', { ...sealed, artifacts: [{ ...first, path: '../a' }] }],
    ['a file in the journal’s place', { ...sealed, artifacts: [{ ...first, path: 'journal/checkpoint' }] }],
    ['more files than a package holds', { ...sealed, artifacts: Array.from({ length: 20_000 }, (_, i) => ({ ...first, path: `original/${i}` })) }],
  ];
  for (const [what, parts] of misfits)
    it(`is not made of ${what}`, () => assert.throws(() => packageFiles(parts), { name: 'Problem', code: 'internal' }));
});
