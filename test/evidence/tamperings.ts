// The tamperings, and what each verifier must say of them: the command, the page, the shell of the guide. One row, one thing that somebody
// does to a package which the gate sealed. Where a form cannot see it, the row says so, says what it answers instead, and why.
import { sign } from 'node:crypto';
import { zipSync } from 'fflate';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { preAuthEncoding } from '../../plugin/domain/formats/dsse.js';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import { parseTlogProof, tlogProof } from '../../plugin/domain/formats/tlog-proof.js';
import { manifestPayloadType } from '../../plugin/evidence/manifest-schema.js';
import type { PackageFaultCode } from '../../plugin/evidence/package-fault.js';
import type { PackageParts } from '../../plugin/evidence/package.js';
import { filesOf, zipFiles } from '../support/evidence/bytes.js';
import { seededKey } from '../support/evidence/keys.js';
import { rawZip, type RawEnd, type RawMember } from '../support/evidence/raw-zip.js';
import { apart, aPaper, aPartOf, aPlan, aSealedPackage, contents, gateKey, logKey, narrowedContents, narrowing, noise, origin, twoSealedPackages } from '../support/evidence/sealed-package.js';
import { editLines, entries, move, original, proofOf, relink, replaceCheckpoint, resign, without, type Files } from '../support/evidence/tamper.js';

/** What is found: `code at where`, or `intact`. */
export type Says = 'intact' | `${PackageFaultCode} at ${string}`;

export interface Tampering {
  what: string;
  /** The package as it is handed over: files, for folder and archive alike, or an archive's own bytes. */
  make(): Promise<Files | Buffer>;
  says: Says;
  /** Only where the shell answers otherwise. */
  shell?: { says: Says; why: string };
  /** Nobody who has this package and the key alone can see it. */
  nobody?: string;
}

const other = seededKey(3);
const on = (tamper: (files: Files) => unknown, sealed: () => PackageParts = aSealedPackage) => async (): Promise<Files> => {
  const files = await filesOf(sealed());
  tamper(files);
  return files;
};
const put = (path: string, change: (bytes: Buffer) => Buffer) => on((files) => files.set(path, change(files.get(path)!)));
const flip = (path: string, bit = 77) =>
  put(path, (bytes) => {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    return flipped;
  });
const edit = (path: string, from: string, to: string) => put(path, (bytes) => Buffer.from(bytes.toString().replace(from, to)));
const drop = (path: string) => on((files) => files.delete(path));
const add = (path: string, bytes = Buffer.from('x')) => on((files) => files.set(path, bytes));
const swap = (a: string, b: string) =>
  on((files) => {
    const kept = files.get(a)!;
    files.set(a, files.get(b)!).set(b, kept);
  });
const lines = (change: Parameters<typeof editLines>[0]) => on(editLines(change));

interface Envelope { payload: string; payloadType: string; signatures: { keyid: string; sig: string }[] }
const envelopePath = 'manifest.dsse.json';
const readEnvelope = (files: Files): Envelope => JSON.parse(files.get(envelopePath)!.toString()) as Envelope;
const envelope = (change: (found: Envelope) => Envelope) => on((files) => files.set(envelopePath, Buffer.from(canonicalJson(change(readEnvelope(files))))));
/** The manifest edited and signed anew, by `key` under the name of `named`. */
const sealAgain = (key = gateKey, named = key, type = manifestPayloadType, change = (text: string) => text.replace('ART7', 'ART9')) =>
  on((files) => {
    const body = Buffer.from(change(files.get('manifest.json')!.toString()));
    const sig = sign(null, preAuthEncoding(type, body), key).toString('base64');
    files.set('manifest.json', body);
    files.set(envelopePath, Buffer.from(canonicalJson({ payload: body.toString('base64'), payloadType: type, signatures: [{ keyid: keyIdOf(named), sig }] })));
  });
const fromOther = (take: (path: string) => boolean) => async (): Promise<Files> => {
  const [first, second] = (await Promise.all(twoSealedPackages().map(filesOf))) as [Files, Files];
  const kept = [...first].filter(([path]) => !take(path));
  return new Map([...kept, ...[...second].filter(([path]) => take(path))]);
};
const twisted = (...twist: Parameters<typeof aSealedPackage>) => async (): Promise<Files> => filesOf(aSealedPackage(...twist));

const paper = 'documents/evidence-list.pdf';
const withPaper = (change: (files: Files) => unknown) => async (): Promise<Files> => {
  const files = await filesOf(aSealedPackage({}, [...contents(), aPaper()]));
  change(files);
  return files;
};

const zip = (change: (members: RawMember[]) => RawMember[], end?: RawEnd) => async (): Promise<Buffer> =>
  rawZip(change([...(await filesOf(aSealedPackage()))].map(([name, data]) => ({ name, data }))), end);
const asMade = async (): Promise<Buffer> => zipFiles(await filesOf(aSealedPackage()));
/** A ZIP64 end record with these numbers, which the plain one points to. */
async function forgedWide(): Promise<Buffer> {
  const made = await asMade();
  const [directoryAt, directoryBytes] = [made.readUInt32LE(made.length - 6), made.readUInt32LE(made.length - 10)];
  const wide = Buffer.alloc(76);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4);
  wide.writeUInt32LE(0x002d032d, 12);
  for (const [value, at] of [[made.readUInt16LE(made.length - 12), 24], [made.readUInt16LE(made.length - 12), 32], [directoryBytes, 40], [directoryAt, 48]] as const) wide.writeBigUInt64LE(BigInt(value), at);
  wide.writeUInt32LE(0x07064b50, 56);
  wide.writeBigUInt64LE(BigInt(directoryAt + directoryBytes), 64);
  wide.writeUInt32LE(1, 72);
  const end = Buffer.from(made.subarray(-22));
  end.fill(0xff, 8, 20);
  return Buffer.concat([made.subarray(0, -22), wide, end]);
}

/** A command in the place of a number: a shell that reckons with it makes the file that $PWNED names. */
const command = (name: string): string => `${name}[$(id>$PWNED)0]`;
const append = (path: string, more: string | Buffer) => put(path, (bytes) => Buffer.concat([bytes, Buffer.from(more)]));
/** A line of the entries, counted from 1, put in another's place as it stands. */
const rawLine = (line: number, change: (text: string) => string) =>
  put(entries, (bytes) => Buffer.from(bytes.toString().split('\n').map((text, i) => (i === line - 1 ? change(text) : text)).join('\n')));
/** The last character before the padding of the first base64 text that `pattern` finds, with an unused bit set. */
const unusedBit = (pattern: RegExp) => (bytes: Buffer): Buffer => {
  const changed = bytes.toString().replace(pattern, (_all, before: string, last: string, after: string) => `${before}${alphabet[alphabet.indexOf(last) + 1]}${after}`);
  return Buffer.from(changed);
};
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const firstHash = /^(index \d+\n[A-Za-z0-9+/]{42})([A-Za-z0-9+/])(=)/m;
const checkpointPath = 'journal/checkpoint';
/** In checkpoint and proofs alike, as raw texts: the proofs end with the checkpoint. */
const everyNote = (change: (note: string) => string) => on((files) => {
  const note = files.get(checkpointPath)!.toString();
  for (const [path, bytes] of files) if (path === checkpointPath || path.endsWith('.tlog-proof')) files.set(path, Buffer.from(bytes.toString().replace(note, () => change(note))));
});
const bomb = async (): Promise<Buffer> => Buffer.from(zipSync({ ...Object.fromEntries(await filesOf(aSealedPackage())), 'zeros.bin': Buffer.alloc(40_000_000) }, { level: 9, os: 3, mtime: '2026-03-01T00:00:00Z' }));

/** The manifest with as many letters more as give its base64 padding, signed anew by the gate: only its envelope is looked at. */
function sealPadded(files: Files): void {
  let body = files.get(manifest)!;
  if (body.length % 3 === 0) body = Buffer.from(body.toString().replace('ART7', 'ART70'));
  const sig = sign(null, preAuthEncoding(manifestPayloadType, body), gateKey).toString('base64');
  files.set(manifest, body).set(envelopePath, Buffer.from(canonicalJson({ payload: body.toString('base64'), payloadType: manifestPayloadType, signatures: [{ keyid: keyIdOf(gateKey), sig }] })));
}

/** What the gate would deliver of a camera that nobody granted, beside the rest and in its order. */
const another = 'original/cam-3/01.mp4';
const ofAnother = () => {
  const all = contents();
  return [...all, { ...all[0]!, path: another, object: another }].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
};
const hollow = 'original/大门-2/units.ndjson';
const manifest = 'manifest.json';
const proofs = ['journal/000000000005.tlog-proof', 'journal/000000000006.tlog-proof'] as const;
const lastProof = 'journal/000000000015.tlog-proof';

export const tamperings: readonly Tampering[] = [
  { what: 'nothing at all', make: on(() => undefined), says: 'intact' },
  { what: 'nothing at all, to copies whose originals leave apart', make: on(() => undefined, () => aPartOf('copies')), says: 'intact', nobody: 'nothing was done to it' },
  { what: 'nothing at all, to originals that leave apart', make: on(() => undefined, () => aPartOf('originals')), says: 'intact', nobody: 'nothing was done to it' },
  // the files
  { what: 'a bit of an original flipped', make: flip(original), says: `file-changed at ${original}` },
  { what: 'an original cut short', make: put(original, (bytes) => bytes.subarray(0, -1)), says: `file-changed at ${original}` },
  { what: 'an original lengthened', make: put(original, (bytes) => Buffer.concat([bytes, Buffer.of(0)])), says: `file-changed at ${original}` },
  { what: 'an original emptied', make: put(original, () => Buffer.alloc(0)), says: `file-changed at ${original}` },
  { what: 'two originals changed for each other', make: swap(original, 'original/cam-1/02.mp4'), says: `file-changed at ${original}` },
  { what: 'an original taken out', make: drop(original), says: `file-missing at ${original}` },
  { what: 'an original renamed', make: on(move(original, 'original/cam-1/03.mp4')), says: `file-missing at ${original}` },
  { what: 'an original under its name in other letters', make: on(move(original, 'Original/cam-1/01.mp4')), says: `file-missing at ${original}` },
  { what: 'a file put beside the originals', make: add('original/cam-1/99.mp4'), says: 'file-unexpected at original/cam-1/99.mp4' },
  { what: 'a file put at the top', make: add('README'), says: 'file-unexpected at README' },
  { what: 'a bit of a viewing copy flipped', make: flip('viewing/cam-1/01.mp4'), says: 'file-changed at viewing/cam-1/01.mp4' },
  { what: 'the original given out as the viewing copy', make: on((files) => files.set('viewing/cam-1/01.mp4', files.get(original)!)), says: 'file-changed at viewing/cam-1/01.mp4' },
  { what: 'coverage that tells no hole', make: edit('original/cam-1/coverage.json', '2', '3'), says: 'file-changed at original/cam-1/coverage.json' },
  { what: 'a unit taken out of the list', make: edit('original/cam-1/units.ndjson', '{"part":2}\n', ''), says: 'file-changed at original/cam-1/units.ndjson' },
  { what: 'an empty list filled', make: add(hollow, Buffer.from('{}\n')), says: `file-changed at ${hollow}` },
  { what: 'the enclosed page changed', make: put('verify.html', () => Buffer.from('<p>intact</p>')), says: 'file-changed at verify.html' },
  { what: 'a digest for the papers that the files do not have, sealed so', make: twisted({ alter: (it) => ({ ...it, contents: { sha256: 'ab'.repeat(32) } }) }), says: `manifest-changed at ${manifest}#/contents` },
  { what: 'a paper changed', make: withPaper((files) => files.set(paper, noise('another', 500))), says: 'file-changed at documents/evidence-list.pdf' },
  { what: 'a paper put beside the others', make: withPaper((files) => files.set('documents/receipt.pdf', noise('another', 500))), says: 'file-unexpected at documents/receipt.pdf' },
  { what: 'the enclosed page taken out', make: drop('verify.html'), says: 'file-missing at verify.html' },
  // the manifest and its envelope
  { what: 'a member of the manifest changed', make: edit(manifest, 'ART7', 'ART9'), says: `manifest-changed at ${manifest}` },
  { what: 'the enclosed page changed, and its sum in the manifest', make: on((files) => {
    const page = (files.get('verify.html')!);
    files.set('verify.html', Buffer.from('<p>intact</p>'));
    files.set(manifest, Buffer.from(files.get(manifest)!.toString().replace(`"bytes":${page.length}`, '"bytes":13')));
  }), says: `manifest-changed at ${manifest}` },
  { what: 'a newline behind the manifest', make: put(manifest, (bytes) => Buffer.concat([bytes, Buffer.from('\n')])), says: `manifest-changed at ${manifest}` },
  { what: 'the manifest set out for reading', make: put(manifest, (bytes) => Buffer.from(JSON.stringify(JSON.parse(bytes.toString()), null, 2))), says: `manifest-changed at ${manifest}` },
  { what: 'the manifest taken out', make: drop(manifest), says: `file-missing at ${manifest}` },
  { what: 'the envelope taken out', make: drop(envelopePath), says: `file-missing at ${envelopePath}` },
  { what: 'manifest changed, envelope signed anew by another key', make: sealAgain(other), says: `key-foreign at ${envelopePath}` },
  { what: '… under the name of the gate’s key', make: sealAgain(other, gateKey), says: `manifest-changed at ${envelopePath}` },
  { what: 'another payload type told', make: envelope((found) => ({ ...found, payloadType: 'application/json' })), says: `manifest-changed at ${envelopePath}` },
  { what: 'another paper of the gate in the place of the manifest', make: sealAgain(gateKey, gateKey, 'application/vnd.exportgate.report+json', (text) => text), says: `manifest-changed at ${envelopePath}` },
  { what: 'another key id told', make: envelope((found) => ({ ...found, signatures: [{ ...found.signatures[0]!, keyid: keyIdOf(other) }] })), says: `manifest-changed at ${envelopePath}` },
  { what: 'two signatures', make: envelope((found) => ({ ...found, signatures: [found.signatures[0]!, { keyid: keyIdOf(other), sig: found.signatures[0]!.sig }] })), says: `manifest-changed at ${envelopePath}` },
  { what: 'no signature', make: envelope((found) => ({ ...found, signatures: [] })), says: `manifest-changed at ${envelopePath}` },
  { what: 'a blank in the envelope', make: edit(envelopePath, ',', ', '), says: `manifest-changed at ${envelopePath}` },
  { what: 'manifest and envelope of another package of the same gate', make: fromOther((path) => path.startsWith('manifest')), says: `manifest-changed at ${manifest}` },
  { what: 'the manifest alone of another package', make: fromOther((path) => path === manifest), says: `manifest-changed at ${manifest}` },
  // the history
  { what: 'the first entry taken out', make: on(without(0)), says: `entry-missing at ${entries}#0` },
  { what: 'an entry taken out', make: on(without(4)), says: `entry-missing at ${entries}#4` },
  { what: 'an entry taken out, and its proof', make: on((files) => { files.delete(proofOf(files, 4)); without(4)(files); }), says: `entry-missing at ${entries}#4` },
  { what: 'the seal taken out', make: on(without(10)), says: `entry-missing at ${entries}#10` },
  { what: 'all entries taken out', make: add(entries, Buffer.alloc(0)), says: `entry-missing at ${entries}#0` },
  { what: 'an entry taken out, the next linked to the one before', make: lines((found) => {
    const [, ...rest] = found.slice(3);
    rest[0]!.previous = relink(found.slice(0, 4).concat(rest[0]!).map((line) => ({ ...line })))[4]!.previous;
    return [...found.slice(0, 3), ...rest];
  }), says: `entry-missing at ${entries}#3` },
  { what: 'a hole in the numbers, all links made to fit', make: lines((found) => relink(found.toSpliced(4, 1)).map((line, i) => ({ ...line, requestSequence: i < 4 ? i : i + 1 }))), says: `entry-changed at ${entries}:5` },
  { what: 'two neighbours reordered', make: lines((found) => found.with(3, found[4]!).with(4, found[3]!)), says: `entry-changed at ${entries}:4` },
  { what: 'the history turned round', make: lines((found) => found.toReversed()), says: `entry-changed at ${entries}:1` },
  { what: 'an entry twice', make: lines((found) => found.toSpliced(5, 0, found[4]!)), says: `entry-changed at ${entries}:6` },
  { what: 'an entry numbered anew', make: lines((found) => found.with(5, { ...found[5]!, requestSequence: 6 })), says: `entry-changed at ${entries}:6` },
  { what: 'a voice given to somebody else', make: lines((found) => found.with(6, { ...found[6]!, by: 'p-ffffffffffffffffffffffff' })), says: `entry-changed at ${entries}:7` },
  { what: '… with all later links made to fit', make: lines((found) => relink(found.with(6, { ...found[6]!, by: 'p-ffffffffffffffffffffffff' }))), says: `entry-changed at ${entries}:7` },
  { what: 'an entry in another spelling', make: edit(entries, '{', '{ '), says: `entry-changed at ${entries}:1` },
  { what: 'no newline at the end', make: put(entries, (bytes) => bytes.subarray(0, -1)), says: `entry-changed at ${entries}:11` },
  { what: 'an entry of another request put in', make: lines((found) => found.toSpliced(5, 0, { ...found[5]!, requestId: 'EG-other' })), says: `entry-changed at ${entries}:6` },
  { what: 'the whole journal of another request', make: fromOther((path) => path.startsWith('journal/')), says: `manifest-changed at ${manifest}` },
  { what: 'an entry behind the seal', make: lines((found) => relink([...found, { ...found[9]!, index: 99 }])), says: `entry-changed at ${entries}:12` },
  { what: 'the seal made to name another manifest', make: lines((found) => found.with(10, { ...found[10]!, data: { manifest: '0'.repeat(64) } })), says: `entry-changed at ${entries}:11` },
  // proofs and checkpoint
  { what: 'two proofs changed for each other', make: swap(...proofs), says: `proof-invalid at ${proofs[0]}` },
  { what: 'a proof taken out', make: drop(proofs[1]), says: `file-missing at ${proofs[1]}` },
  { what: 'a proof added', make: on((files) => files.set('journal/000000000001.tlog-proof', files.get(proofs[0])!)), says: 'file-unexpected at journal/000000000001.tlog-proof' },
  { what: 'a hash of a proof replaced', make: on((files) => {
    const { index, proof, checkpoint } = parseTlogProof(files.get(proofs[1])!.toString());
    files.set(proofs[1], Buffer.from(tlogProof(index, proof.with(0, Buffer.alloc(32)), checkpoint)));
  }), says: `proof-invalid at ${proofs[1]}` },
  { what: 'a proof of another entry’s place, told as this one’s', make: on((files) => {
    const { proof, checkpoint } = parseTlogProof(files.get(proofs[0])!.toString());
    files.set(proofs[1], Buffer.from(tlogProof(6, proof, checkpoint)));
  }), says: `proof-invalid at ${proofs[1]}` },
  { what: 'a bit of the last proof flipped', make: flip(lastProof, 8 * 50 + 1), says: `proof-invalid at ${lastProof}`, shell: { says: `entry-changed at ${entries}:11`, why: 'no entry follows the last one and vouches for it; the shell does not try every bit' } },
  { what: 'a bit of the checkpoint’s signature flipped', make: flip('journal/checkpoint', 8 * 120), says: 'proof-invalid at journal/checkpoint' },
  { what: 'the checkpoint taken out', make: drop('journal/checkpoint'), says: 'file-missing at journal/checkpoint' },
  { what: 'a checkpoint of another log', make: on(replaceCheckpoint(resign('elsewhere.example/log'))), says: 'proof-invalid at journal/checkpoint' },
  { what: 'a checkpoint of another key', make: on(replaceCheckpoint(resign(origin, other))), says: 'proof-invalid at journal/checkpoint' },
  { what: 'a genuine checkpoint of before the first entry', make: on(replaceCheckpoint(resign(origin, logKey, -14))), says: `entry-changed at ${entries}:1` },
  { what: 'a checkpoint with a second signature line', make: on((files) => {
    const note = files.get('journal/checkpoint')!.toString();
    files.set('journal/checkpoint', Buffer.from(`${note}${note.split('\n').at(-2)!.replace(origin, 'witness.example')}\n`));
  }), says: 'proof-invalid at journal/000000000002.tlog-proof' },
  { what: 'a witness’s line under the checkpoint, in every proof alike', make: on(replaceCheckpoint((note) => `${note}— witness.example/w ${Buffer.alloc(76, 7).toString('base64')}\n`)), says: 'intact', nobody: 'no tampering: lines of keys that are not asked for are passed over (c2sp.org/signed-note); who asks for a witness gives its key to the command' },
  // what a shell would run
  { what: 'a command in the place of an entry’s index', make: lines((found) => found.with(4, { ...found[4]!, index: command('count') as unknown as number })), says: `entry-changed at ${entries}:5` },
  { what: 'a command in the place of an entry’s requestSequence', make: lines((found) => found.with(4, { ...found[4]!, requestSequence: command('i') as unknown as number })), says: `entry-changed at ${entries}:5` },
  { what: 'a command in the place of the link to the entry before', make: lines((found) => found.with(4, { ...found[4]!, previous: command('i') })), says: `entry-changed at ${entries}:5` },
  { what: 'a command in the place of an event', make: lines((found) => found.with(4, { ...found[4]!, event: command('i') })), says: `entry-changed at ${entries}:5` },
  { what: 'a command in the place of the checkpoint’s size', make: everyNote((note) => note.replace(/^\d+$/m, () => command('count'))), says: `proof-invalid at ${checkpointPath}` },
  { what: 'a command in the place of a proof’s index', make: put(proofs[0], (bytes) => Buffer.from(bytes.toString().replace(/^index \d+/m, () => `index ${command('count')}`))), says: `proof-invalid at ${proofs[0]}` },
  { what: 'a command in the place of a file’s size in the manifest', make: put(manifest, (bytes) => Buffer.from(bytes.toString().replace(/"bytes":\d+/, () => `"bytes":"${command('count')}"`))), says: `manifest-changed at ${manifest}` },
  { what: '… signed by the gate', make: sealAgain(gateKey, gateKey, manifestPayloadType, (text) => text.replace(/"bytes":\d+/, () => `"bytes":"${command('count')}"`)), says: `manifest-changed at ${manifest}` },
  { what: 'a command in the place of the archive’s numbers', make: async () => {
    const made = Buffer.from(await asMade());
    made.write(command('i'), made.length - 22 + 4);
    return made;
  }, says: 'archive-malformed at end record' },
  { what: 'an index with an exponent', make: rawLine(5, (text) => text.replace(/"index":\d+/, '"index":1e1')), says: `entry-changed at ${entries}:5` },
  { what: 'an index beyond 2^53', make: rawLine(5, (text) => text.replace(/"index":\d+/, '"index":9007199254740992')), says: `entry-changed at ${entries}:5` },
  // what is no entry
  { what: 'a list in the place of an entry', make: rawLine(5, () => '[1,2]'), says: `entry-changed at ${entries}:5` },
  { what: 'a number in the place of an entry', make: rawLine(5, () => '0'), says: `entry-changed at ${entries}:5` },
  { what: 'a text in the place of an entry', make: rawLine(5, () => '"x"'), says: `entry-changed at ${entries}:5` },
  { what: 'a list in the place of the first entry', make: rawLine(1, () => '[1]'), says: `entry-changed at ${entries}:1` },
  { what: 'an empty line in the place of an entry', make: rawLine(5, () => ''), says: `entry-changed at ${entries}:5` },
  { what: 'a NUL at the end of an entry', make: rawLine(5, (text) => `${text}\0`), says: `entry-changed at ${entries}:5` },
  // another spelling
  { what: 'a NUL and more behind a proof', make: append(proofs[0], '\0more'), says: `proof-invalid at ${proofs[0]}` },
  { what: 'free text behind a proof’s hashes', make: edit(proofs[0], '\n\n', '\n!! free text\n\n'), says: `proof-invalid at ${proofs[0]}` },
  { what: 'an unused bit in a proof’s hash', make: put(proofs[0], unusedBit(firstHash)), says: `proof-invalid at ${proofs[0]}` },
  { what: 'an unused bit in a hash of the last proof', make: put(lastProof, unusedBit(firstHash)), says: `proof-invalid at ${lastProof}` },
  { what: 'an unused bit in the envelope’s signature', make: put(envelopePath, unusedBit(/("sig":"[A-Za-z0-9+/]{85})([A-Za-z0-9+/])(==)/)), says: `manifest-changed at ${envelopePath}` },
  { what: 'an unused bit in the envelope’s payload', make: on((files) => { sealPadded(files); files.set(envelopePath, unusedBit(/("payload":"[A-Za-z0-9+\/]*)([A-Za-z0-9+\/])(=)/)(files.get(envelopePath)!)); }), says: `manifest-changed at ${envelopePath}` },
  { what: 'an unused bit in the log’s signature line', make: everyNote((note) => unusedBit(/(— \S+ [A-Za-z0-9+/]{90})([A-Za-z0-9+/])(=)/)(Buffer.from(note)).toString()), says: `proof-invalid at ${checkpointPath}` },
  { what: 'a blank line between a proof’s hashes', make: edit(proofs[0], '=\n', '=\n\n'), says: `proof-invalid at ${proofs[0]}` },
  { what: 'a proof’s hashes on one line', make: edit(proofs[0], '=\n', '='), says: `proof-invalid at ${proofs[0]}` },
  { what: 'a newline inside the payload', make: envelope((found) => ({ ...found, payload: `${found.payload.slice(0, 76)}\n${found.payload.slice(76)}` })), says: `manifest-changed at ${envelopePath}` },
  { what: 'a newline behind the signature', make: envelope((found) => ({ ...found, signatures: [{ ...found.signatures[0]!, sig: `${found.signatures[0]!.sig}\n` }] })), says: `manifest-changed at ${envelopePath}` },
  { what: 'a newline behind the key id', make: envelope((found) => ({ ...found, signatures: [{ ...found.signatures[0]!, keyid: `${found.signatures[0]!.keyid}\n` }] })), says: `manifest-changed at ${envelopePath}` },
  { what: 'a NUL behind the envelope', make: append(envelopePath, '\0'), says: `manifest-changed at ${envelopePath}` },
  { what: 'a line under the checkpoint that is no signature line', make: everyNote((note) => `${note}free text\n`), says: `proof-invalid at ${checkpointPath}` },
  ...['\u00a0', '\u2007', '\u3000', '\ufeff'].map((blank): Tampering => ({ what: `a signature line in whose name stands the blank U+${blank.charCodeAt(0).toString(16)}`, make: everyNote((note) => `${note}— a${blank}b ${Buffer.alloc(68, 7).toString('base64')}\n`), says: `proof-invalid at ${checkpointPath}` })),
  { what: 'a word behind the log’s signature', make: everyNote((note) => `${note.slice(0, -1)} word\n`), says: `proof-invalid at ${checkpointPath}` },
  { what: 'no newline at the end of the checkpoint and the proofs', make: everyNote((note) => note.slice(0, -1)), says: `proof-invalid at ${checkpointPath}` },
  { what: 'no newline at the end of a proof', make: put(proofs[0], (bytes) => bytes.subarray(0, -1)), says: `proof-invalid at ${proofs[0]}` },
  { what: 'the log’s signature line twice', make: everyNote((note) => `${note}${note.split('\n').at(-2)!}\n`), says: `proof-invalid at ${checkpointPath}` },
  { what: 'a NUL behind the checkpoint', make: append(checkpointPath, '\0'), says: `proof-invalid at ${checkpointPath}` },
  { what: 'ten megabytes behind the checkpoint', make: append(checkpointPath, Buffer.alloc(10_000_000, 'x')), says: `proof-invalid at ${checkpointPath}` },
  { what: 'a size with a leading zero', make: everyNote((note) => note.replace(/^(\d+)$/m, '0$1')), says: `proof-invalid at ${checkpointPath}` },
  { what: 'an index with a leading zero in a proof', make: edit(proofs[0], 'index ', 'index 0'), says: `proof-invalid at ${proofs[0]}` },
  // sealed otherwise by a gate that is out of order
  { what: 'a sealed manifest of another plan', make: twisted({ alter: (made) => ({ ...made, plan: { ...aPlan, downloads: 99 } }) }), says: `manifest-changed at ${manifest}#/plan` },
  { what: 'a sealed manifest of another request', make: twisted({ alter: (made) => ({ ...made, requestId: 'EG-other' }) }), says: `manifest-changed at ${manifest}#/requestId` },
  { what: 'a sealed manifest that discloses somebody else', make: twisted({ alter: (made) => ({ ...made, disclosures: [{ ...made.disclosures[0]!, value: '另一单位' }] }) }), says: `manifest-changed at ${manifest}#/disclosures/0` },
  { what: 'a viewing copy that tells of two pictures that could not be decoded', make: twisted({}, contents().map((it) => (it.role === 'viewing' ? { ...it, undecoded: 2 } : it))), says: 'intact', nobody: 'no tampering: the copy lacks what its parent’s own pictures lack, and says so' },
  { what: 'a viewing copy that does not say why it was made', make: twisted({ alter: (made) => ({ ...made, files: made.files.map((it) => (it.role === 'viewing' ? { ...it, reason: undefined } : it)) }) }), says: `manifest-changed at ${manifest}`, shell: { says: 'intact', why: 'the shell does not read why a file was made' } },
  { what: 'a viewing copy called a working copy', make: twisted({ alter: (made) => ({ ...made, files: made.files.map((it) => (it.role === 'viewing' ? { ...it, reason: 'working' as const } : it)) }) }), says: `manifest-changed at ${manifest}`, shell: { says: 'intact', why: 'the shell does not read why a file was made' } },
  { what: 'a working copy of an original', make: twisted({}, contents().map((it) => (it.role === 'viewing' ? { ...it, path: it.path.replace('viewing', 'working'), role: 'working' as const, reason: 'working' as const } : it))), says: 'intact', nobody: 'no tampering: made for tools that do not open the original, and said so' },
  { what: 'an original that was made for a reason', make: twisted({ alter: (made) => ({ ...made, files: made.files.map((it) => (it.path === original ? { ...it, reason: 'viewing' as const } : it)) }) }), says: `manifest-changed at ${manifest}`, shell: { says: 'intact', why: 'the shell does not read why a file was made' } },
  { what: 'an original that is said to lack pictures', make: twisted({ alter: (made) => ({ ...made, files: made.files.map((it) => (it.path === original ? { ...it, undecoded: 2 } : it)) }) }), says: `manifest-changed at ${manifest}`, shell: { says: 'intact', why: 'the shell does not read what a copy says of its parent' } },
  { what: 'a plan made after the grant', make: twisted({ then: [['export-granted', { planDigest: '', voices: 0 }], narrowing().then[0]!], parts: narrowing().parts }, narrowedContents()), says: `entry-changed at ${entries}:4` },
  { what: 'an excerpt where all was granted', make: twisted({}, [narrowedContents()[0]!, ...contents().filter(({ path }) => !path.includes('cam-1'))]), says: `manifest-changed at ${manifest}#/files/0`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  { what: 'a camera that was not granted, told in the manifest', make: twisted({ alter: (made) => ({ ...made, cameras: [...made.cameras, { ...made.cameras[0]!, camera: 'cam-3' }] }) }), says: `manifest-changed at ${manifest}#/cameras/2`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  { what: 'a granted camera in the place of which another one is told', make: twisted({ alter: (made) => ({ ...made, cameras: made.cameras.with(1, { ...made.cameras[1]!, camera: 'cam-3' }) }) }), says: `manifest-changed at ${manifest}#/cameras/1`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  { what: 'a granted camera that is not told of', make: twisted({ alter: (made) => ({ ...made, cameras: made.cameras.slice(0, 1) }) }, contents().filter(({ path }) => !path.includes('大门'))), says: `manifest-changed at ${manifest}#/cameras`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  { what: 'a camera told twice', make: twisted({ alter: (made) => ({ ...made, cameras: [...made.cameras, made.cameras[0]!] }) }), says: `manifest-changed at ${manifest}#/cameras/2`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  { what: 'a camera told of another span than was granted', make: twisted({ alter: (made) => ({ ...made, cameras: made.cameras.with(0, { ...made.cameras[0]!, asked: [{ ...made.cameras[0]!.asked[0]!, to: '2026-03-01T02:02:00.000Z' }] }) }) }), says: `manifest-changed at ${manifest}#/cameras/0`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  { what: 'footage of a camera that was not granted', make: twisted({}, ofAnother()), says: `manifest-changed at ${manifest}#/files/${ofAnother().findIndex(({ path }) => path.includes('cam-3'))}`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  { what: 'copies of a camera that was not granted, whose originals leave apart', make: async () => filesOf(aPartOf('copies', { partOf: (part, all) => [...apart(part, all), ...(part === 'copies' ? ofAnother().filter(({ path }) => path === another).map(({ content, ...it }) => ({ ...it, content, role: 'coverage' as const, path: 'original/cam-3/coverage.json' })) : [])].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))) })), says: `manifest-changed at ${manifest}#/files/1`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  { what: 'copies that do not say that the originals leave apart', make: async () => filesOf(aPartOf('copies', { alter: ({ part: _, originals: __, ...made }) => made })), says: `manifest-changed at ${manifest}#/part` },
  { what: 'copies that name another package of originals', make: async () => filesOf(aPartOf('copies', { alter: (made) => ({ ...made, ...(made.part === 'copies' && { originals: 'ab'.repeat(32) }) }) })), says: `manifest-changed at ${manifest}#/originals` },
  { what: 'originals that say they were the copies', make: async () => filesOf(aPartOf('originals', { alter: (made) => ({ ...made, part: 'copies' as const }) })), says: `manifest-changed at ${manifest}` },
  { what: 'a manifest that hides that less was granted', make: twisted({ ...narrowing(), alter: (made) => ({ ...made, narrowed: undefined }) }, narrowedContents()), says: `manifest-changed at ${manifest}#/narrowed`, shell: { says: 'intact', why: 'the shell does not read what was granted (check 8)' } },
  // the archive
  { what: 'a byte before the archive', make: async () => Buffer.concat([Buffer.of(0), await asMade()]), says: 'archive-malformed at end record' },
  { what: 'a byte behind the archive', make: async () => Buffer.concat([await asMade(), Buffer.of(0)]), says: 'archive-malformed at end record' },
  { what: 'the archive cut short', make: async () => (await asMade()).subarray(0, -9), says: 'archive-malformed at end record' },
  { what: 'a comment on the archive', make: zip((members) => members, { comment: Buffer.from('read me') }), says: 'archive-malformed at end record' },
  { what: 'something hidden between two files', make: zip((members) => members.with(3, { ...members[3]!, gap: noise('hidden', 50) })), says: 'archive-malformed at original/cam-1/coverage.json' },
  { what: 'a name twice', make: zip((members) => [...members, { ...members[2]!, data: noise('second', 99) }]), says: `archive-malformed at ${original}` },
  { what: 'two names for one file', make: zip((members) => [...members, { name: 'again.mp4', data: Buffer.alloc(0), size: members[2]!.data!.length, headerAt: 0 }]), says: 'archive-malformed at again.mp4' },
  { what: 'a name that begins like an option', make: zip((members) => [...members, { name: '-a/b', data: Buffer.from('x') }]), says: 'file-unexpected at -a/b' },
  { what: 'a name that leads out of the folder', make: zip((members) => [...members, { name: '../out', data: Buffer.from('x') }]), says: 'archive-malformed at directory' },
  { what: 'a forged ZIP64 end record', make: forgedWide, says: 'archive-malformed at end record' },
  { what: 'the archive packed anew, compressed', make: async () => Buffer.from(zipSync(Object.fromEntries(await filesOf(aSealedPackage())), { level: 6, os: 3, mtime: '2026-03-01T00:00:00Z' })), says: `archive-malformed at ${manifest}` },
  { what: 'a date in a header', make: zip((members) => members.with(4, { ...members[4]!, date: 0x5a21 })), says: 'archive-malformed at original/cam-1/coverage.json' },
  { what: 'a sum of the archive that is not the file’s', make: zip((members) => members.with(2, { ...members[2]!, crc: 1 })), says: `archive-malformed at ${original}` },
  { what: 'the files in another order', make: zip((members) => members.with(2, members[3]!).with(3, members[2]!)), says: `archive-malformed at ${original}` },
  { what: 'a file added with an ordinary ZIP program', make: zip((members) => [...members, { name: 'note.txt', data: Buffer.from('x'), flags: 0, date: 0x5a21, made: 0x031e }]), says: 'file-unexpected at note.txt' },
  { what: 'a compressed bomb among the files', make: bomb, says: `archive-malformed at ${manifest}` },
  { what: 'a name with an escape sequence', make: zip((members) => [...members, { name: '\u001b[2K\rintact', data: Buffer.from('x') }]), says: 'archive-malformed at directory' },
  { what: 'a name with a newline', make: zip((members) => [...members, { name: 'a\nb', data: Buffer.from('x') }]), says: 'archive-malformed at directory' },
  { what: 'a name with a control character of two bytes', make: zip((members) => [...members, { name: 'a\u009bb', data: Buffer.from('x') }]), says: 'archive-malformed at directory' },
  { what: 'a name that turns the direction of writing round', make: zip((members) => [...members, { name: 'a\u202eb', data: Buffer.from('x') }]), says: 'archive-malformed at directory' },
  { what: 'a name that is not UTF-8', make: zip((members) => [...members, { name: Buffer.of(0x61, 0xff), data: Buffer.from('x') }]), says: 'archive-malformed at directory' },
  { what: 'an extra field in the directory', make: zip((members) => members.with(2, { ...members[2]!, extra: Buffer.of(0x99, 0x99, 0, 0) })), says: `archive-malformed at ${original}` },
  // the whole
  { what: 'everything sealed anew by another gate', make: twisted({ key: other }), says: `key-foreign at ${envelopePath}` },
  { what: 'everything sealed anew with the gate’s own keys', make: twisted({ alter: (made) => ({ ...made, custodian: { ...made.custodian, regime: 'ART9' } }) }), says: 'intact', nobody: 'who holds the gate’s keys makes a package that fits in itself; a checkpoint kept elsewhere, or a cosigned one, tells (SECURITY.md)' },
];
