// c2sp.org/tlog-cosignature and the body of c2sp.org/tlog-witness: the bytes, each by a second way, and what is refused.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { addCheckpointBody, parseAddCheckpoint } from '../../../plugin/domain/formats/add-checkpoint.js';
import { cosign, goodCosignatures, isCosigned, openCosignature } from '../../../plugin/domain/formats/cosignature.js';
import { FormatError } from '../../../plugin/domain/formats/format-error.js';
import { openNote, signNote, verifierKey } from '../../../plugin/domain/formats/signed-note.js';

const aKey = () => generateKeyPairSync('ed25519').privateKey;
const [log, witness, other] = [aKey(), aKey(), aKey()];
const name = 'witness.example/w1';
const vkey = verifierKey(name, witness, 'cosignature');
const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const note = signNote(text, 'example.com/behind-the-sofa', log);
const at = new Date(1_679_315_147_999);
const line = cosign(text, name, witness, at);

describe('cosignature', () => {
  it('has the bytes of the specification', () => {
    const [, given, base64] = /^— (\S+) (\S+)\n$/.exec(line)!;
    const bytes = Buffer.from(base64!, 'base64');
    const raw = Buffer.from(createPublicKey(witness).export({ format: 'jwk' }).x!, 'base64url');
    const id = createHash('sha256').update(`${name}\n\x04`).update(raw).digest().subarray(0, 4);
    assert.equal(given, name);
    assert.equal(bytes.length, 4 + 8 + 64);
    assert.deepEqual(bytes.subarray(0, 4), id);
    assert.equal(bytes.readBigUInt64BE(4), 1_679_315_147n);
    assert.ok(verify(null, Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`), createPublicKey(witness), bytes.subarray(12)));
    assert.equal(vkey, `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(4), raw]).toString('base64')}`);
  });

  it('stands under a note whose own signature still opens it, and tells when it was made', () => {
    assert.equal(openNote(note + line, verifierKey('example.com/behind-the-sofa', log)), text);
    assert.deepEqual(openCosignature(note + line, vkey), new Date(1_679_315_147_000));
  });

  const refused: [what: string, note: string, vkey: string, code: string][] = [
    ['one that is not there', note, vkey, 'key-foreign'],
    ['of another key', note + cosign(text, name, other, at), vkey, 'key-foreign'],
    ['of another name', note + cosign(text, 'witness.example/w2', witness, at), vkey, 'key-foreign'],
    ['given twice', note + line + line, vkey, 'malformed'],
    ['of another checkpoint', note + cosign(text.replace('163', '164'), name, witness, at), vkey, 'signature-bad'],
    ['under a key of a log', note + line, verifierKey(name, witness), 'malformed'],
    // What a witness signs plainly, as a log does, is no cosignature.
    ['a plain signature', signNote(text, name, witness), vkey, 'key-foreign'],
    ['cut short', note + `— ${name} ${Buffer.from(line.split(' ')[2]!, 'base64').subarray(0, 60).toString('base64')}\n`, vkey, 'malformed'],
    [
      'of no calendar',
      note + `— ${name} ${Buffer.from(line.split(' ')[2]!, 'base64').fill(0xff, 4, 12).toString('base64')}\n`,
      vkey,
      'malformed',
    ],
  ];
  for (const [what, wrong, by, code] of refused)
    it(`refuses ${what}: ${code}`, () => {
      assert.throws(
        () => openCosignature(wrong, by),
        (thrown) => thrown instanceof FormatError && thrown.fault === code,
      );
      if (by === vkey) assert.equal(isCosigned(wrong, vkey), false);
    });

  it('notices any flipped bit of text, time or signature', () => {
    const whole = Buffer.from(note + line);
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        const changed = Buffer.from(whole);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const isOfLog = bit >> 3 >= Buffer.byteLength(text) + 1 && bit >> 3 < Buffer.byteLength(note);
        if (!isOfLog) assert.equal(isCosigned(changed.toString(), vkey), false);
      }),
    );
  });

  it('only good ones are taken of what came, one of each witness', () => {
    const second = verifierKey('witness.example/w2', other, 'cosignature');
    const lines = [
      cosign(text, 'witness.example/w3', log, at),
      cosign(`${text}x\n`, name, witness, at),
      line,
      line,
      'no line\n',
      cosign(text, 'witness.example/w2', other, at),
    ];
    assert.deepEqual(goodCosignatures(note, lines, [vkey, second]), [lines[2], lines[5]]);
    assert.deepEqual(goodCosignatures(note, lines.slice(0, 2), [vkey, second]), []);
  });
});

describe('what a witness is sent', () => {
  const proof = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  it('is the old size, the proof, an empty line, the checkpoint; and comes back as it was', () => {
    const body = addCheckpointBody({ old: 20, proof, note });
    assert.equal(body, `old 20\n${proof.map((hash) => hash.toString('base64')).join('\n')}\n\n${note}`);
    assert.deepEqual(parseAddCheckpoint(body), { old: 20, proof, note });
    assert.deepEqual(parseAddCheckpoint(addCheckpointBody({ old: 0, proof: [], note })), { old: 0, proof: [], note });
  });

  const good = addCheckpointBody({ old: 20, proof, note });
  const wrong: [string, string][] = [
    ['nothing', ''],
    ['no empty line', good.replaceAll('\n\n', '\n')],
    ['no old size', good.replace('old 20\n', '')],
    ['an old size with a zero before it', good.replace('old 20', 'old 020')],
    ['a negative old size', good.replace('old 20', 'old -2')],
    ['an old size beyond every tree', good.replace('old 20', 'old 99999999999999999999')],
    ['a hash of 31 bytes', good.replace(proof[0]!.toString('base64'), Buffer.alloc(31).toString('base64'))],
    ['a hash that is no base64', good.replace(proof[0]!.toString('base64'), '!')],
    ['64 hashes', addCheckpointBody({ old: 1, proof: Array.from({ length: 64 }, () => proof[0]!), note })],
    ['line ends of another system', good.replaceAll('\n', '\r\n')],
  ];
  for (const [what, body] of wrong) it(`refuses ${what}`, () => assert.throws(() => parseAddCheckpoint(body), FormatError));
});
