// Both wrappers: known vectors, any range equals that part of the whole, and what they refuse.
import assert from 'node:assert/strict';
import { createCipheriv, createHmac, createHash, pbkdf2Sync } from 'node:crypto';
import { ageFile, type AgeDraw } from '../../plugin/delivery/age-file.js';
import { readAgeKey } from '../../plugin/delivery/age-key.js';
import { aesZip, keystream, zipKeys } from '../../plugin/delivery/aes-zip.js';
import type { Readable, Wrapped } from '../../plugin/delivery/readable.js';
import { isLinkMark, linkMark, passphraseOf, readPassphrase } from '../../plugin/delivery/secret.js';
import { Problem } from '../../plugin/domain/problem.js';
import { chanceOf } from '../support/gate/chance.js';

const bytesOf = (length: number): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, (_, at) => createHash('sha256').update(`byte ${at}`).digest())).subarray(0, length);

/** Gives its bytes in pieces of odd sizes, and counts what is read. */
function inPieces(all: Buffer): Readable & { given: number } {
  return {
    bytes: all.length,
    given: 0,
    async *read(from, to) {
      for (let at = from, size = 1; at < to; at += size, size = (size * 7 + 13) % 70_001) {
        size = Math.min(size || 1, to - at);
        this.given += size;
        yield all.subarray(at, at + size);
      }
    },
  };
}

async function gather(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const held: Buffer[] = [];
  for await (const piece of pieces) held.push(piece);
  return Buffer.concat(held);
}

const salt = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const draw: AgeDraw = { ephemeral: Buffer.alloc(32, 7), fileKey: Buffer.alloc(16, 8), nonce: Buffer.alloc(16, 9) };
/** Of `age-keygen`, made for this test. */
const recipient = 'age1pgvrzr06c7tw9lldphg636wn58t0d6qe9878cygza2vanfjx2qys4hnd4t';

const forms: readonly (readonly [what: string, wrap: (inner: Readable) => Wrapped])[] = [
  ['aes-256 zip', (inner) => aesZip(inner, { name: 'EG-1.zip', passphrase: 'ABCDE-FGHJK', salt })],
  ['age', (inner) => ageFile(inner, { name: 'EG-1.zip', recipient: readAgeKey(recipient), draw })],
];

describe('wrappers', () => {
  const seed = Number(process.env['FC_SEED'] ?? 20_261_130);
  for (const [what, wrap] of forms)
    for (const length of [0, 1, 15, 16, 65_535, 65_536, 65_537, 131_072, 300_001])
      it(`${what} of ${length} bytes: any range is that part of the whole (seed ${seed})`, async () => {
        const inner = inPieces(bytesOf(length));
        const whole = await gather(wrap(inner).read(0, wrap(inner).bytes));
        assert.equal(whole.length, wrap(inner).bytes);
        const { below } = chanceOf(seed + length);
        const wrapped = wrap(inner);
        const edges = [0, 1, whole.length - 1, whole.length, whole.length - 11, whole.length - 200].filter((at) => at >= 0);
        for (let tries = 0; tries < 60; tries++) {
          const pick = (): number => (below(10) < 3 ? edges[below(edges.length)]! : below(whole.length + 1));
          const [from, to] = [pick(), pick()].sort((a, b) => a - b) as [number, number];
          assert.ok((await gather(wrapped.read(from, to))).equals(whole.subarray(from, to)), `${from}-${to}`);
        }
      });

  it('a zip that is sent in order is read once; one whose end alone is asked for, once for its code', async () => {
    const inner = inPieces(bytesOf(200_000));
    const [whole, end] = [forms[0]![1](inner), forms[0]![1](inner)];
    await gather(whole.read(0, 100_000));
    await gather(whole.read(100_000, whole.bytes));
    assert.equal(inner.given, 200_000);
    for (let times = 0; times < 3; times++) await gather(end.read(end.bytes - 95, end.bytes));
    assert.equal(inner.given, 400_000);
  });

  it('a zip whose disk fails while the code is made is made again', async () => {
    const content = bytesOf(1_000);
    let broken = true;
    const wrapped = aesZip({ bytes: 1_000, async *read(from, to) { if (broken) throw new Error('disk'); yield content.subarray(from, to); } }, { name: 'a.zip', passphrase: 'x', salt });
    await assert.rejects(gather(wrapped.read(wrapped.bytes - 95, wrapped.bytes)), /disk/);
    broken = false;
    const right = aesZip(inPieces(content), { name: 'a.zip', passphrase: 'x', salt });
    assert.ok((await gather(wrapped.read(0, wrapped.bytes))).equals(await gather(right.read(0, right.bytes))));
  });

  it('the keystream is AES-256 over a counter from 1, least byte first', () => {
    const key = Buffer.alloc(32, 3);
    const counter = (at: number): Buffer => Buffer.concat([Buffer.of(at & 255, at >> 8), Buffer.alloc(14)]);
    const ecb = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    const expected = Buffer.concat(Array.from({ length: 5_000 }, (_, at) => ecb.update(counter(at + 1))));
    assert.ok(keystream(key, 0)(Buffer.alloc(80_000)).equals(expected));
    assert.ok(keystream(key, 65_533)(Buffer.alloc(100)).equals(expected.subarray(65_533, 65_633)));
  });

  it('the code is over the enciphered bytes, the first ten of HMAC-SHA1', async () => {
    const wrapped = forms[0]![1](inPieces(bytesOf(5_000)));
    const all = await gather(wrapped.read(0, wrapped.bytes));
    const dataAt = 30 + 'EG-1.zip'.length + 11 + 18;
    const keys = pbkdf2Sync('ABCDE-FGHJK', salt, 1000, 66, 'sha1');
    const code = createHmac('sha1', keys.subarray(32, 64)).update(all.subarray(dataAt, dataAt + 5_000)).digest().subarray(0, 10);
    assert.ok(all.subarray(dataAt + 5_000, dataAt + 5_010).equals(code));
    assert.ok(zipKeys('ABCDE-FGHJK', salt).verifier.equals(keys.subarray(64)));
  });

  it('a zip above 4 GiB is ZIP64, its length known beforehand', async () => {
    const large: Readable = { bytes: 5 * 2 ** 30, read: () => assert.fail('read') };
    const wrapped = aesZip(large, { name: 'a.zip', passphrase: 'x', salt });
    const head = await gather(wrapped.read(0, 66));
    assert.equal(head.readUInt32LE(18), 0xffffffff);
    assert.equal(head.readBigUInt64LE(30 + 5 + 4), 5n * 2n ** 30n);
    assert.equal(head.readBigUInt64LE(30 + 5 + 12), 5n * 2n ** 30n + 28n);
    const end = await gather(wrapped.read(wrapped.bytes - 42, wrapped.bytes));
    assert.equal(end.readUInt32LE(0), 0x07064b50);
    assert.equal(end.readUInt32LE(20), 0x06054b50);
  });

  const keys: readonly (readonly [what: string, text: string])[] = [
    ['another letter', `${recipient.slice(0, 6)}q${recipient.slice(7)}`],
    ['cut short', recipient.slice(0, -1)],
    ['a letter more', `${recipient}q`],
    ['capitals', recipient.toUpperCase()],
    ['a secret key', 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX'],
    ['another kind', recipient.replace('age1', 'bge1')],
    ['nothing', ''],
  ];
  for (const [what, text] of keys)
    it(`no age key: ${what}`, () => assert.throws(() => readAgeKey(text), (thrown) => thrown instanceof Problem && thrown.code === 'body-malformed'));

  it('no age key: a point with which no secret is shared', () =>
    assert.throws(() => ageFile(inPieces(bytesOf(1)), { name: 'a', recipient: Buffer.alloc(32), draw }), (thrown) => thrown instanceof Problem && thrown.code === 'body-malformed'));
});

describe('the passphrase', () => {
  const secret = Buffer.alloc(32, 1);
  it('has 25 letters of a typo-safe alphabet, is the same each time, and another for each request, package and secret', () => {
    const all = [passphraseOf(secret, 'EG-1', 'whole'), passphraseOf(secret, 'EG-2', 'whole'), passphraseOf(secret, 'EG-1', 'other'), passphraseOf(Buffer.alloc(32, 2), 'EG-1', 'whole')];
    for (const one of all) assert.match(one, /^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}$/);
    assert.equal(new Set(all).size, 4);
    // The vector of docs/spec/delivery.md.
    assert.equal(passphraseOf(secret, 'EG-1', 'whole'), 'MT268-AX2R1-B1A3E-9ST0C-JBDS7');
  });
  it('is read as people type it', () => assert.equal(readPassphrase(' abcde fgh1k-01oil '), 'ABCDE-FGH1K-01011'));
  it('a link is of its request and secret', () => {
    const mark = linkMark(secret, 'EG-1');
    assert.match(mark, /^[\w-]{22}$/);
    assert.deepEqual([['EG-1', mark], ['EG-2', mark], ['EG-1', mark.slice(1)], ['EG-1', '']].map(([id, it]) => isLinkMark(secret, id!, it!)), [true, false, false, false]);
  });
});
