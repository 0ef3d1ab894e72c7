// Tamperings that a person would try, in both forms of the package, each named for what was done.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../plugin/domain/formats/digest.js';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import { parseTlogProof, tlogProof } from '../../plugin/domain/formats/tlog-proof.js';
import { contentsOf } from '../../plugin/evidence/manifest.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { filesOf, makeTempFolder, putFolder, zipFiles } from '../support/evidence/bytes.js';
import { asThePageSays, verifyByPage } from '../support/evidence/by-page.js';
import { publicPem, seededKey } from '../support/evidence/keys.js';
import { aPlan, aSealedPackage, contents, gateKey, logKey, origin, requestId, twoSealedPackages } from '../support/evidence/sealed-package.js';
import type { Twist } from '../support/evidence/sealed-package.js';
import { editLines, entries, move, original, proofOf, relink, replaceCheckpoint, resign, without, type Files } from '../support/evidence/tamper.js';

const pem = publicPem(gateKey);

const table: [what: string, tamper: (files: Files) => void, code: string, where?: string][] = [
  ['the first entry taken out', without(0), 'entry-missing', `${entries}#0`],
  ['an entry taken out', without(4), 'entry-missing', `${entries}#4`],
  ['two entries taken out', editLines((lines) => lines.toSpliced(3, 2)), 'entry-missing', `${entries}#3`],
  ['the last entry taken out', without(10), 'entry-missing', `${entries}#10`],
  ['an entry taken out, and its proof', (files) => { files.delete(proofOf(files, 4)); without(4)(files); }, 'entry-missing', `${entries}#4`],
  ['the last taken out, and its proof', (files) => { files.delete(proofOf(files, 10)); without(10)(files); }, 'entry-missing', `${entries}#10`],
  ['all entries taken out', (files) => files.set(entries, Buffer.alloc(0)), 'entry-missing', `${entries}#0`],
  ['two neighbours reordered', editLines((lines) => lines.with(3, lines[4]!).with(4, lines[3]!)), 'entry-changed', `${entries}:4`],
  ['the last two reordered', editLines((lines) => lines.with(9, lines[10]!).with(10, lines[9]!)), 'entry-changed', `${entries}:10`],
  ['far ones reordered', editLines((lines) => lines.with(2, lines[8]!).with(8, lines[2]!)), 'entry-changed', `${entries}:3`],
  ['the history turned round', editLines((lines) => lines.toReversed()), 'entry-changed', `${entries}:1`],
  ['an entry twice', editLines((lines) => lines.toSpliced(5, 0, lines[4]!)), 'entry-changed', `${entries}:6`],
  ['an entry of another request put in', editLines((lines) => lines.toSpliced(5, 0, { ...lines[5]!, requestId: 'EG-other' })), 'entry-changed', `${entries}:6`],
  ['an entry replaced by another request’s', editLines((lines) => lines.with(5, { ...lines[5]!, requestId: 'EG-other' })), 'entry-changed', `${entries}:6`],
  ['the first entry replaced by another request’s', editLines((lines) => lines.with(0, { ...lines[0]!, requestId: 'EG-other' })), 'entry-changed', `${entries}:1`],
  ['an entry behind the seal', editLines((lines) => relink([...lines, { ...lines[9]!, index: 99 }])), 'entry-changed', `${entries}:12`],
  ['a voice given to somebody else', editLines((lines) => lines.with(6, { ...lines[6]!, by: 'p-ffffffffffffffffffffffff' })), 'entry-changed', `${entries}:7`],
  ['… with all later links made to fit', editLines((lines) => relink(lines.with(6, { ...lines[6]!, by: 'p-ff' }))), 'entry-changed', `${entries}:7`],
  ['the seal’s time altered', editLines((lines) => lines.with(10, { ...lines[10]!, at: '2026-03-02T00:00:00.000Z' })), 'entry-changed', `${entries}:11`],
  ['the seal made to name another manifest', editLines((lines) => lines.with(10, { ...lines[10]!, data: { manifest: '0'.repeat(64) } })), 'entry-changed', `${entries}:11`],
  ['the seal’s index altered', editLines((lines) => lines.with(10, { ...lines[10]!, index: 77 })), 'entry-changed', `${entries}:11`],
  ['an entry in another spelling', (files) => files.set(entries, Buffer.from(files.get(entries)!.toString().replace('{', '{ '))), 'entry-changed', `${entries}:1`],
  ['a member twice', (files) => files.set(entries, Buffer.from(files.get(entries)!.toString().replace('"by":"gate"', '"by":"gate","by":"gate"'))), 'entry-changed', `${entries}:2`],
  ['a line that is too long', (files) => files.set(entries, Buffer.alloc(9000, 0x20)), 'entry-changed', `${entries}:1`],
  ['no newline at the end', (files) => files.set(entries, files.get(entries)!.subarray(0, -1)), 'entry-changed', `${entries}:11`],
  ['an empty line at the end', (files) => files.set(entries, Buffer.concat([files.get(entries)!, Buffer.from('\n')])), 'entry-changed', `${entries}:12`],
  ['two proofs changed for each other', (files) => {
    const [a, b] = [proofOf(files, 2), proofOf(files, 3)];
    const kept = files.get(a)!;
    files.set(a, files.get(b)!).set(b, kept);
  }, 'proof-invalid', 'journal/000000000005.tlog-proof'],
  ['a hash of a proof replaced', (files) => {
    const path = proofOf(files, 3);
    const { index, proof, checkpoint } = parseTlogProof(files.get(path)!.toString());
    files.set(path, Buffer.from(tlogProof(index, proof.with(0, Buffer.alloc(32)), checkpoint)));
  }, 'proof-invalid', 'journal/000000000006.tlog-proof'],
  ['a checkpoint of another key', replaceCheckpoint(resign(origin, seededKey(3))), 'proof-invalid', 'journal/checkpoint'],
  ['a checkpoint of another log', replaceCheckpoint(resign('elsewhere.example/log')), 'proof-invalid', 'journal/checkpoint'],
  ['a checkpoint that tells another size', replaceCheckpoint(resign(origin, logKey, 40)), 'entry-changed'],
  ['a checkpoint with a second signature line', (files) => {
    const note = files.get('journal/checkpoint')!.toString();
    files.set('journal/checkpoint', Buffer.from(`${note}${note.split('\n').at(-2)!.replace(origin, 'witness.example')}\n`));
  }, 'proof-invalid'],
  ['an original cut short', (files) => files.set(original, files.get(original)!.subarray(0, -1)), 'file-changed', original],
  ['an original lengthened', (files) => files.set(original, Buffer.concat([files.get(original)!, Buffer.from('x')])), 'file-changed', original],
  ['two originals changed for each other', (files) => {
    const kept = files.get(original)!;
    files.set(original, files.get('original/cam-1/02.mp4')!).set('original/cam-1/02.mp4', kept);
  }, 'file-changed', original],
  ['an empty file filled', (files) => files.set('original/大门-2/units.ndjson', Buffer.from('{}\n')), 'file-changed', 'original/大门-2/units.ndjson'],
  ['an original taken out', (files) => files.delete(original), 'file-missing', original],
  ['an original renamed', move(original, 'original/cam-1/03.mp4'), 'file-missing', original],
  ['the manifest taken out', (files) => files.delete('manifest.json'), 'file-missing', 'manifest.json'],
  ['the envelope taken out', (files) => files.delete('manifest.dsse.json'), 'file-missing', 'manifest.dsse.json'],
  ['the entries taken out', (files) => files.delete(entries), 'file-missing', entries],
  ['the checkpoint taken out', (files) => files.delete('journal/checkpoint'), 'file-missing', 'journal/checkpoint'],
  ['a proof taken out', (files) => files.delete(proofOf(files, 5)), 'file-missing', 'journal/000000000009.tlog-proof'],
  ['the last proof taken out', (files) => files.delete(proofOf(files, 10)), 'file-missing', 'journal/000000000015.tlog-proof'],
  ['a file added', (files) => files.set('original/cam-1/99.mp4', Buffer.from('x')), 'file-unexpected', 'original/cam-1/99.mp4'],
  ['a file added at the top', (files) => files.set('README', Buffer.from('x')), 'file-unexpected', 'README'],
  ['a proof added', (files) => files.set('journal/000000000001.tlog-proof', files.get(proofOf(files, 0))!), 'file-unexpected', 'journal/000000000001.tlog-proof'],
  ['a time stamp added where none was sealed', (files) => files.set('manifest.tsr', Buffer.from('x')), 'file-unexpected', 'manifest.tsr'],
  ['a file added beside the journal', (files) => files.set('journal/notes', Buffer.alloc(0)), 'file-unexpected', 'journal/notes'],
  ['a manifest with a blank', (files) => files.set('manifest.json', Buffer.concat([files.get('manifest.json')!, Buffer.from('\n')])), 'manifest-changed', 'manifest.json'],
  ['an envelope that is not JSON', (files) => files.set('manifest.dsse.json', Buffer.from('{')), 'manifest-changed', 'manifest.dsse.json'],
];

describe('verify', function () {
  this.timeout(30_000);
  let root: string;
  const intact = { intact: true, requestId, files: 9, entries: 11, keyId: keyIdOf(gateKey), algorithm: 'Ed25519', contents: contentsOf(contents()), timeStamp: null };

  before(() => {
    root = makeTempFolder();
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  const putZip = async (files: Files): Promise<string> => {
    const path = join(fs.mkdtempSync(join(root, 'zip-')), 'package.zip');
    fs.writeFileSync(path, await zipFiles(files));
    return path;
  };
  const verifyBoth = async (files: Files, key = pem) => {
    const [folder, zip] = [await verifyPackage(putFolder(root, files), key), await verifyPackage(await putZip(files), key)];
    assert.deepEqual(zip, folder, 'the two forms are judged alike');
    assert.deepEqual(await verifyByPage(files, key), asThePageSays(folder), 'the page judges the folder alike');
    assert.deepEqual(await verifyByPage(await zipFiles(files), key), asThePageSays(folder), 'the page judges the archive alike');
    return folder;
  };

  it('finds a package intact, as an archive and as a folder', async () => {
    assert.deepEqual(await verifyBoth(await filesOf(aSealedPackage())), intact);
  });

  for (const [what, tamper, code, where] of table)
    it(`${what}: ${code}`, async () => {
      const files = await filesOf(aSealedPackage());
      tamper(files);
      const verdict = await verifyBoth(files);
      assert.ok(!verdict.intact);
      assert.deepEqual(verdict.fault, { code, where: where ?? verdict.fault.where });
    });

  it('names the manifest of another package of the same gate: manifest-changed', async () => {
    const [first, second] = await Promise.all(twoSealedPackages().map(filesOf));
    for (const path of ['manifest.json', 'manifest.dsse.json']) first!.set(path, second!.get(path)!);
    assert.deepEqual(await verifyBoth(first!), { intact: false, fault: { code: 'manifest-changed', where: 'manifest.json' } });
  });

  it('names a manifest without its envelope: manifest-changed', async () => {
    const [first, second] = await Promise.all(twoSealedPackages().map(filesOf));
    first!.set('manifest.json', second!.get('manifest.json')!);
    assert.deepEqual(await verifyBoth(first!), { intact: false, fault: { code: 'manifest-changed', where: 'manifest.json' } });
  });

  it('finds both packages of one gate intact', async () => {
    const [first, second] = await Promise.all(twoSealedPackages().map(filesOf));
    assert.equal((await verifyBoth(first!)).intact, true);
    assert.equal((await verifyBoth(second!)).intact, true);
  });

  it('names a signature of another key: key-foreign', async () => {
    const files = await filesOf(aSealedPackage({ key: seededKey(8) }));
    assert.deepEqual(await verifyBoth(files), { intact: false, fault: { code: 'key-foreign', where: 'manifest.dsse.json' } });
    assert.deepEqual(await verifyBoth(files, publicPem(seededKey(8))), { ...intact, keyId: keyIdOf(seededKey(8)) });
  });

  const twists: [what: string, twist: Twist['alter'], where: string][] = [
    ['another plan', (manifest) => ({ ...manifest, plan: { ...aPlan, downloads: 99 } }), 'plan'],
    ['another plan digest', (manifest) => ({ ...manifest, policy: { ...manifest.policy, planDigest: 'sha256:00' } }), 'policy/planDigest'],
    ['another request', (manifest) => ({ ...manifest, requestId: 'EG-other' }), 'requestId'],
    ['a disclosure that does not open', (manifest) => ({ ...manifest, disclosures: [{ ...manifest.disclosures[0]!, value: 'somebody else' }] }), 'disclosures/0'],
    ['a disclosure of what was never committed to', (manifest) => ({
      ...manifest, disclosures: [...manifest.disclosures, { ...manifest.disclosures[0]!, commitment: `sha256:${'0'.repeat(64)}` }],
    }), 'disclosures/1'],
  ];
  for (const [what, alter, where] of twists)
    it(`a sealed manifest that tells ${what}: manifest-changed`, async () => {
      const verdict = await verifyBoth(await filesOf(aSealedPackage({ alter: alter! })));
      assert.deepEqual(verdict, { intact: false, fault: { code: 'manifest-changed', where: `manifest.json#/${where}` } });
    });

  it('names a signed manifest of another version: manifest-changed', async () => {
    const verdict = await verifyBoth(await filesOf(aSealedPackage({ alter: (manifest) => ({ ...manifest, version: 2 }) as never })));
    assert.deepEqual(verdict, { intact: false, fault: { code: 'manifest-changed', where: 'manifest.json' } });
  });

  it('takes neither links nor empty folders for part of a folder', async () => {
    const linked = putFolder(root, await filesOf(aSealedPackage()));
    fs.renameSync(join(linked, original), join(root, 'moved.mp4'));
    fs.symlinkSync(join(root, 'moved.mp4'), join(linked, original));
    assert.deepEqual(await verifyPackage(linked, pem), { intact: false, fault: { code: 'file-unexpected', where: original } });
    const hollow = putFolder(root, await filesOf(aSealedPackage()));
    fs.mkdirSync(join(hollow, 'original/cam-9'));
    assert.deepEqual(await verifyPackage(hollow, pem), { intact: false, fault: { code: 'file-unexpected', where: 'original/cam-9' } });
  });

  it('says key-invalid for what is not an Ed25519 public key, not-found where nothing is', async () => {
    const path = await putZip(await filesOf(aSealedPackage()));
    const secret = gateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    for (const key of ['', 'no key', secret]) await assert.rejects(verifyPackage(path, key), { name: 'Problem', code: 'key-invalid' });
    await assert.rejects(verifyPackage(join(root, 'nowhere.zip'), pem), { name: 'Problem', code: 'not-found' });
  });

  it('takes up to 32 keys behind each other, the right one anywhere, and says which it was', async () => {
    const path = await putZip(await filesOf(aSealedPackage()));
    const others = Array.from({ length: 31 }, (_, at) => publicPem(seededKey(100 + at)));
    for (const place of [0, 7, 31]) assert.deepEqual(await verifyPackage(path, others.toSpliced(place, 0, pem).join('')), intact);
    assert.deepEqual(await verifyPackage(path, others.join('')), { intact: false, fault: { code: 'key-foreign', where: 'manifest.dsse.json' } });
    const secret = gateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    const wrong = [pem + secret, `${pem}-----BEGIN PUBLIC KEY-----\n`, `${pem}${pem.replace('MC', 'MD')}`, others.join('') + pem + pem, pem.repeat(600)];
    for (const keys of wrong) await assert.rejects(verifyPackage(path, keys), { name: 'Problem', code: 'key-invalid' });
  });

  it('names a changed envelope under several keys as under one: manifest-changed', async () => {
    const keys = publicPem(seededKey(100)) + pem;
    for (const [from, to] of [['"keyid":"', '"keyid":"0'], ['"sig":"', '"sig":"A']] as const) {
      const files = await filesOf(aSealedPackage());
      const text = files.get('manifest.dsse.json')!.toString();
      const at = text.indexOf(from) + from.length;
      files.set('manifest.dsse.json', Buffer.from(text.slice(0, at) + to.at(-1)! + text.slice(at + 1)));
      const [one, several] = [await verifyBoth(files), await verifyBoth(files, keys)];
      assert.deepEqual(several, one);
    }
  });

  it('reads an original larger than its memory for a piece', async () => {
    const big = Buffer.alloc(3 * 1024 * 1024 + 17, 1);
    const [first, ...rest] = contents();
    const files = await filesOf(aSealedPackage({}, [{ ...first!, ...digestOf(big), content: big }, ...rest]));
    assert.equal((await verifyBoth(files)).intact, true);
    big[2 * 1024 * 1024]! ^= 1;
    files.set(original, big);
    assert.deepEqual(await verifyBoth(files), { intact: false, fault: { code: 'file-changed', where: original } });
  });
});
