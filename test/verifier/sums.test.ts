// The page's own sums and signatures: by published vectors, and beside OpenSSL on bytes that nobody chose.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { crc32 as crc32OfNode } from 'node:zlib';
import fc from 'fast-check';
import { hexOf, utf8 } from '../../verifier/engine/bytes.js';
import { crc32 } from '../../verifier/engine/crc32.js';
import { verifyEd25519 } from '../../verifier/engine/ed25519.js';
import { readFingerprint, readGateKeys } from '../../verifier/engine/key.js';
import { Sha256, sha256 } from '../../verifier/engine/sha256.js';
import { sha512 } from '../../verifier/engine/sha512.js';
import { Sm3 } from '../../verifier/engine/sm3.js';
import { publicPem, seededKey } from '../support/evidence/keys.js';

const long = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq';
const vectors: [of: string, sum: (text: Uint8Array) => Uint8Array, text: string, hex: string][] = [
  ['SHA-256, FIPS 180-4', sha256, '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['SHA-256, FIPS 180-4', sha256, 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['SHA-256, FIPS 180-4', sha256, long, '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
  ['SHA-256, a million a', sha256, 'a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ['SHA-512, FIPS 180-4', sha512, 'abc', 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f'],
  ['SM3, GB/T 32905 A.1', (text) => new Sm3().update(text).done(), 'abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
  ['SM3, GB/T 32905 A.2', (text) => new Sm3().update(text).done(), 'abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
];

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
/** RFC 8032 section 7.1, tests 1 to 3. */
const signed: [key: string, message: string, signature: string][] = [
  ['d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', '', 'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b'],
  ['3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', '72', '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'],
  ['fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025', 'af82', '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a'],
];
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const toNumber = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const toBytes = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse();

describe('sums of the page', () => {
  for (const [of, sum, text, expected] of vectors)
    it(`${of}: ${text.slice(0, 20)} (${text.length})`, () => assert.equal(hexOf(sum(utf8(text))), expected));

  it('are those of OpenSSL, in whichever pieces the bytes come', () =>
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (pieces) => {
        const whole = Buffer.concat(pieces);
        const [streamed, sm3] = [new Sha256(), new Sm3()];
        for (const piece of pieces) {
          streamed.update(piece);
          sm3.update(piece);
        }
        const of = (name: string): string => createHash(name).update(whole).digest('hex');
        assert.deepEqual([hexOf(streamed.done()), hexOf(sm3.done()), hexOf(sha512(...pieces))], [of('sha256'), of('sm3'), of('sha512')]);
        assert.equal(pieces.reduce((sum, piece) => crc32(piece, sum), 0), crc32OfNode(whole));
      }),
    ));
});

describe('Ed25519 of the page', () => {
  for (const [key, message, signature] of signed)
    it(`RFC 8032: a message of ${message.length / 2} bytes`, () => {
      assert.equal(verifyEd25519(hex(key), hex(message), hex(signature)), true);
      assert.equal(verifyEd25519(hex(key), hex(`${message}00`), hex(signature)), false);
    });

  it('takes what OpenSSL signed, and no bit of it changed', () =>
    fc.assert(
      fc.property(fc.nat(255), fc.uint8Array({ maxLength: 200 }), fc.nat(511), (seed, message, bit) => {
        const raw = readGateKeys(publicPem(seededKey(seed)))![0]!.raw;
        const signature = sign(null, message, seededKey(seed));
        assert.equal(verifyEd25519(raw, message, signature), true);
        signature[bit >> 3]! ^= 1 << (bit & 7);
        assert.equal(verifyEd25519(raw, message, signature), false);
      }),
      { numRuns: 25 },
    ));

  const [key, message, signature] = signed[1]!.map(hex) as [Buffer, Buffer, Buffer];
  const s = toNumber(signature.subarray(32));
  const neutral = toBytes(1n);
  const refused: [what: string, key: Buffer, signature: Buffer][] = [
    ['S + L, the same signature spelt otherwise', key, Buffer.concat([signature.subarray(0, 32), toBytes(s + order)])],
    ['S = L', key, Buffer.concat([signature.subarray(0, 32), toBytes(order)])],
    ['63 bytes', key, signature.subarray(0, 63)],
    ['65 bytes', key, Buffer.concat([signature, Buffer.of(0)])],
    ['a key of 31 bytes', key.subarray(0, 31), signature],
    ['a key whose y is p + 1', toBytes(2n ** 255n - 18n), Buffer.concat([neutral, toBytes(0n)])],
    ['a key whose y is p', toBytes(2n ** 255n - 19n), signature],
    ['a key of x = 0 with a sign', toBytes(1n | (1n << 255n)), Buffer.concat([neutral, toBytes(0n)])],
    ['a key that is no point', toBytes(2n), signature],
    ['an R whose y is p + 1', key, Buffer.concat([toBytes(2n ** 255n - 18n), signature.subarray(32)])],
  ];
  for (const [what, raw, bytes] of refused) it(`refuses ${what}`, () => assert.equal(verifyEd25519(raw, message, bytes), false));
});

describe('keys of the page', () => {
  const pem = publicPem(seededKey(7));

  it('has the fingerprint that OpenSSL tells', () => {
    const der = Buffer.from(pem.replace(/-----.*?-----|\s/g, ''), 'base64');
    assert.equal(readGateKeys(pem)?.[0]?.fingerprint, createHash('sha256').update(der).digest('hex'));
    assert.equal(readGateKeys(`\n${pem.replaceAll('\n', '\r\n')} `)?.[0]?.fingerprint, readGateKeys(pem)![0]!.fingerprint);
  });

  it('are several where the gate had several, in their order', () => {
    const other = publicPem(seededKey(8));
    assert.deepEqual(readGateKeys(`${pem}${other}`), [...readGateKeys(pem)!, ...readGateKeys(other)!]);
    assert.equal(readGateKeys(pem.repeat(32))?.length, 32);
  });

  const secret = seededKey(7).export({ type: 'pkcs8', format: 'pem' }) as string;
  for (const [what, text] of [
    ['nothing', ''], ['a private key', secret], ['thirty-three keys', pem.repeat(33)], ['a key with words', `${pem}and more`], ['a key of two kinds', pem + secret], ['half a key', pem.slice(0, 60)], ['a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
    ['a key of another kind', pem.replace('MCowBQYDK2Vw', 'MCowBQYDK2Vv')], ['a key of P-256', generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } }).publicKey],
  ] as const)
    it(`takes no key from ${what}`, () => assert.equal(readGateKeys(text), null));

  it('reads a fingerprint as it is printed', () => {
    const plain = 'ab'.repeat(32);
    for (const text of [plain, plain.toUpperCase(), plain.replace(/.{8}/g, '$& '), plain.replace(/..(?!$)/g, '$&:'), `SHA-256: ${plain}`])
      assert.equal(readFingerprint(text), plain);
    for (const text of ['', 'ab', `${plain}0`, `${plain.slice(1)}g`]) assert.equal(readFingerprint(text), null);
  });
});
