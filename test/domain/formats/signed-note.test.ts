// Signed notes, checkpoints and offline proofs: C2SP's vector, round trips, and that no bit may differ.
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { checkpointText, parseCheckpoint } from '../../../plugin/domain/formats/checkpoint.js';
import { FormatError } from '../../../plugin/domain/formats/format-error.js';
import { MerkleTree, leafHash } from '../../../plugin/domain/formats/merkle.js';
import { openNote, signNote, verifierKey } from '../../../plugin/domain/formats/signed-note.js';
import { parseTlogProof, tlogProof } from '../../../plugin/domain/formats/tlog-proof.js';

const fault = (code: string) => (error: unknown) => error instanceof FormatError && error.fault === code;
const { privateKey } = generateKeyPairSync('ed25519');
const name = 'gate.example/journal';
const vkey = verifierKey(name, privateKey);
const other = generateKeyPairSync('ed25519').privateKey;
const text = checkpointText(name, 3, leafHash(Buffer.from('a')));

/** Flips one bit; a byte that is no UTF-8 any more arrives as a replacement character, as it would from a file. */
const flip = (whole: string, at: number): string => {
  const bytes = Buffer.from(whole);
  bytes[(at >> 3) % bytes.length]! ^= 1 << (at & 7);
  return bytes.toString();
};

describe('signed note', () => {
  const example = {
    vkey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    text: 'This is an example message.\n',
    line: '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
  };
  it('opens the example of the specification', () =>
    assert.equal(openNote(`${example.text}\n${example.line}`, example.vkey), example.text));
  it('ignores lines of unknown keys', () => assert.equal(openNote(signNote(text, name, privateKey) + example.line, vkey), text));

  // RFC 8032 section 7.1, test 1: a fixed key, so that the verifier key and the signature are fixed too
  const seed = Buffer.from('302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  it('writes a fixed key’s verifier key', () =>
    assert.equal(
      verifierKey('a.example', createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })),
      'a.example+a55f698c+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea',
    ));

  it('notices any flipped bit', () => {
    const note = signNote(text, name, privateKey);
    fc.assert(
      fc.property(fc.nat(Buffer.byteLength(note) * 8 - 1), (at) => assert.throws(() => openNote(flip(note, at), vkey), FormatError)),
      { numRuns: 400 },
    );
  });

  const note = signNote(text, name, privateKey);
  const table: [string, string, string, string][] = [
    ['another key of the same name', note, verifierKey(name, other), 'key-foreign'],
    ['another name of the same key', note, verifierKey('gate.example/other', privateKey), 'key-foreign'],
    ['a changed text', note.replace('\n3\n', '\n4\n'), vkey, 'signature-bad'],
    ['a repeated signature', note + note.slice(note.indexOf('—')), vkey, 'malformed'],
    ['no last newline', note.slice(0, -1), vkey, 'malformed'],
    ['no signature', `${text}\n`, vkey, 'malformed'],
    ['no empty line', note.replace('\n\n', '\n'), vkey, 'malformed'],
    ['a carriage return', note.replaceAll('\n', '\r\n'), vkey, 'malformed'],
    ['a verifier key with a wrong id', note, vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'malformed'],
    ['a very long note', `${'a\n'.repeat(40_000)}${note}`, vkey, 'malformed'],
  ];
  for (const [what, wrong, key, code] of table)
    it(`refuses ${what}: ${code}`, () => assert.throws(() => openNote(wrong, key), fault(code)));

  for (const bad of ['no newline', 'tab\there\n', '\u0000\n'])
    it(`does not sign ${JSON.stringify(bad)}`, () => assert.throws(() => signNote(bad, name, privateKey), FormatError));
  for (const bad of ['', 'a b', 'a+b'])
    it(`does not sign under the name ${JSON.stringify(bad)}`, () => assert.throws(() => signNote(text, bad, privateKey), FormatError));
  it('does not sign with another kind of key', () =>
    assert.throws(() => signNote(text, name, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey), FormatError));
});

describe('checkpoint', () => {
  it('comes back as it was', () => assert.deepEqual(parseCheckpoint(text), { origin: name, size: 3, root: leafHash(Buffer.from('a')) }));
  const [, , root] = text.split('\n');
  for (const bad of [
    '',
    'o\n3\n',
    `o\n03\n${root}\n`,
    `o\n-1\n${root}\n`,
    `o\n99999999999999999\n${root}\n`,
    `o\n3\n${root}\nmore\n`,
    `o\n3\n${root}`,
    `\n3\n${root}\n`,
    'o\n3\nAAAA\n',
    `o\n3\n${root!.slice(0, -2)}9=\n`,
    `o\n3\n${root} \n`,
  ])
    it(`refuses ${JSON.stringify(bad)}`, () => assert.throws(() => parseCheckpoint(bad), FormatError));
});

describe('tlog proof', () => {
  const tree = new MerkleTree();
  for (let i = 0; i < 5; i++) tree.append(leafHash(Buffer.of(i)));
  const checkpoint = signNote(checkpointText(name, 5, tree.root()), name, privateKey);
  const proof = tlogProof(4, tree.inclusionProof(4), checkpoint);

  it('has the lines of c2sp.org/tlog-proof@v1', () =>
    assert.equal(proof, `c2sp.org/tlog-proof@v1\nindex 4\n${tree.inclusionProof(4)[0]!.toString('base64')}\n\n${checkpoint}`));
  it('comes back as it was', () => assert.deepEqual(parseTlogProof(proof), { index: 4, proof: tree.inclusionProof(4), checkpoint }));
  it('comes back as it was with no hashes', () => assert.deepEqual(parseTlogProof(tlogProof(0, [], checkpoint)).proof, []));

  it('is spelled in one way: what parses is written back the same', () => {
    fc.assert(
      fc.property(fc.nat(Buffer.byteLength(proof) * 8 - 1), (at) => {
        const changed = flip(proof, at);
        let parsed;
        try {
          parsed = parseTlogProof(changed);
        } catch (error) {
          return assert.ok(error instanceof FormatError);
        }
        assert.equal(tlogProof(parsed.index, parsed.proof, parsed.checkpoint), changed);
      }),
      { numRuns: 400 },
    );
  });
  for (const [what, bad] of [
    ['another header', proof.replace('@v1', '@v2')],
    ['an extra line', proof.replace('index', 'extra AAAA\nindex')],
    ['a leading zero', proof.replace('index 4', 'index 04')],
    ['no empty line', proof.replaceAll('\n\n', '\n')],
    ['a short hash', tlogProof(0, [Buffer.alloc(31)], checkpoint)],
    [
      '64 hashes',
      tlogProof(
        0,
        Array.from({ length: 64 }, () => Buffer.alloc(32)),
        checkpoint,
      ),
    ],
    ['nothing', ''],
  ] as const)
    it(`refuses ${what}`, () => assert.throws(() => parseTlogProof(bad), FormatError));
});
