// DSSE: the specification's own vector, round trips, and that no bit may differ.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { openEnvelope, preAuthEncoding, signEnvelope } from '../../../plugin/domain/formats/dsse.js';
import { FormatError } from '../../../plugin/domain/formats/format-error.js';
import { keyIdOf } from '../../../plugin/domain/formats/key-id.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const foreign = generateKeyPairSync('ed25519');
const type = 'application/vnd.example+json; version=1';
const body = Buffer.from('{"a":"查阅件"}');
const envelope = signEnvelope(type, body, keyIdOf(publicKey), privateKey);
const fault = (code: string) => (error: unknown) => error instanceof FormatError && error.fault === code;

describe('dsse envelope', () => {
  it('signs the encoding of the specification', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    assert.equal(encoded.toString(), 'DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    const coordinate = (decimal: string): string =>
      Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex').toString('base64url');
    const x = coordinate('46950820868899156662930047687818585632848591499744589407958293238635476079160');
    const y = coordinate('5640078356564379163099075877009565129882514886557779369047442380624545832820');
    const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
    const signature = Buffer.from('A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==', 'base64');
    assert.ok(verify('sha256', encoded, { key, dsaEncoding: 'ieee-p1363' }, signature));
  });

  it('counts bytes, not characters', () => assert.equal(preAuthEncoding('é', Buffer.from('查')).toString(), 'DSSEv1 2 é 3 查'));
  it('hands back the very bytes', () =>
    assert.deepEqual(openEnvelope(envelope, publicKey), { payloadType: type, body, keyid: keyIdOf(publicKey) }));
  it('names a key by its public half', () => assert.equal(keyIdOf(privateKey), keyIdOf(publicKey)));

  it('notices any flipped bit', () => {
    fc.assert(
      fc.property(fc.nat(Buffer.byteLength(envelope) * 8 - 1), (at) => {
        const bytes = Buffer.from(envelope);
        bytes[at >> 3]! ^= 1 << (at & 7);
        assert.throws(() => openEnvelope(bytes.toString(), publicKey), FormatError);
      }),
      { numRuns: 400 },
    );
  });

  const table: [string, string, string][] = [
    ['another key', signEnvelope(type, body, keyIdOf(foreign.publicKey), foreign.privateKey), 'key-foreign'],
    ['another key under our name', signEnvelope(type, body, keyIdOf(publicKey), foreign.privateKey), 'signature-bad'],
    ['our key under another name', signEnvelope(type, body, keyIdOf(foreign.publicKey), privateKey), 'malformed'],
    ['another type', envelope.replace('version=1', 'version=2'), 'signature-bad'],
    ['blanks', envelope.replace('{', '{ '), 'malformed'],
    ['URL-safe base64', envelope.replace(/"payload":"[^"]*"/, `"payload":"${body.toString('base64url')}"`), 'malformed'],
    ['no signature', envelope.replace(/\[.*\]/, '[]'), 'malformed'],
    ['two signatures', envelope.replace(/\[(.*)\]/, '[$1,$1]'), 'malformed'],
    ['one more member', envelope.replace('{', '{"a":1,'), 'malformed'],
    ['a number for a text', envelope.replace(/"payloadType":"[^"]*"/, '"payloadType":1'), 'malformed'],
    ['null', 'null', 'malformed'],
    ['an array', '[]', 'malformed'],
  ];
  for (const [what, text, code] of table)
    it(`refuses ${what}: ${code}`, () => assert.throws(() => openEnvelope(text, publicKey), fault(code)));
});
