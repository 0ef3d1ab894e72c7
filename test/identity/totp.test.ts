// One-time passwords by time: the vectors of RFC 6238, Appendix B, and of RFC 4648.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { codeAt, fromBase32, matchStep, newSecret, otpauthUri, stepOf, toBase32 } from '../../plugin/identity/totp.js';

const secret = Buffer.from('12345678901234567890');

describe('one-time passwords', () => {
  const vectors: [seconds: number, code: string][] = [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ];
  for (const [seconds, code] of vectors)
    it(`at ${seconds} s the code is ${code} (RFC 6238, Appendix B), and its last six digits count`, () => {
      const now = new Date(seconds * 1000);
      assert.equal(codeAt(secret, stepOf(now), 8), code);
      assert.equal(matchStep(secret, code.slice(-6), now), stepOf(now));
    });

  it('a code counts for its step and one to each side, by the step that it belongs to', () => {
    const now = new Date('2026-03-01T02:00:15Z');
    for (let off = -3; off <= 3; off++)
      assert.equal(matchStep(secret, codeAt(secret, stepOf(now) + off), now), Math.abs(off) <= 1 ? stepOf(now) + off : null, String(off));
  });

  for (const text of ['', '12345', '1234567', '12345a', '-12345', '12 345', '１２３４５６', '123456\n'])
    it(`${JSON.stringify(text)} is no code`, () => assert.equal(matchStep(secret, text, new Date(0)), null));

  const base32: [string, string][] = [
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ];
  for (const [text, letters] of base32) it(`${text} in base 32 is ${letters} (RFC 4648, 10)`, () => assert.equal(toBase32(Buffer.from(text)), letters));

  it('a secret comes back from its letters, however it was typed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 40 }), (bytes) => {
        const letters = toBase32(Buffer.from(bytes));
        for (const typed of [letters, letters.toLowerCase(), letters.replace(/(.{4})/g, '$1 '), `${letters}===`])
          assert.deepEqual(fromBase32(typed), Buffer.from(bytes));
      }),
    );
    for (const wrong of ['', 'ABC', '1'.repeat(32), 'é'.repeat(32), 'A'.repeat(500)]) assert.equal(fromBase32(wrong), null);
  });

  it('is made of 160 bits, new each time, and shown as authenticator apps read it', () => {
    assert.equal(newSecret().length, 20);
    assert.notDeepEqual(newSecret(), newSecret());
    const uri = new URL(otpauthUri(secret, 'user:li.wei', 'gate.example/sh 1'));
    assert.deepEqual([uri.protocol, uri.host, uri.pathname], ['otpauth:', 'totp', '/gate.example%2Fsh%201:li.wei']);
    assert.deepEqual(Object.fromEntries(uri.searchParams), { secret: toBase32(secret), issuer: 'gate.example/sh 1', algorithm: 'SHA1', digits: '6', period: '30' });
  });

  it('is HMAC-SHA-1, cut as RFC 4226 says: its own example', () => {
    assert.equal(createHmac('sha1', secret).update(Buffer.alloc(8)).digest('hex'), 'cc93cf18508d94934c64b65d8ba7667fb7cde4b0');
    assert.deepEqual([0, 1, 2, 9].map((step) => codeAt(secret, step)), ['755224', '287082', '359152', '520489']);
  });
});
