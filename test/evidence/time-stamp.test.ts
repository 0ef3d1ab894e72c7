// Time stamps: openssl is the authority; good ones are kept and openssl agrees, everything else is named and never taken.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { readInside, readInteger, tags, writeDer, writeInteger } from '../../plugin/domain/formats/der.js';
import { Problem } from '../../plugin/domain/problem.js';
import { askTime, type Authority } from '../../plugin/evidence/ask-time.js';
import { checkTimeStamp } from '../../plugin/evidence/check-time-stamp.js';
import { readAuthorities } from '../../plugin/evidence/cms.js';
import { readTimeStamp, timeStampQuery } from '../../plugin/evidence/time-stamp.js';
import { collectGarbage } from '../support/collect-garbage.js';
import { makeTempFolder } from '../support/evidence/bytes.js';
import { aTimeAuthority, type TimeAuthority } from '../support/evidence/time-authority.js';

const body = Buffer.from('{"payload":"…"}');
const now = (): Date => new Date();

describe('time stamp', function () {
  this.timeout(120_000);
  let folder: string;
  let tsa: TimeAuthority;
  let authority: Authority;
  const never = new AbortController().signal;
  const ask = (over: Partial<Authority> = {}, at = now()) => askTime({ ...authority, ...over }, body, at, never);
  const good = (response: ServerResponse, bytes: Buffer): void => void response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(bytes);
  before(async () => {
    folder = makeTempFolder();
    tsa = await aTimeAuthority(join(folder, 'tsa'));
    authority = { url: tsa.url, authorities: readAuthorities(tsa.ca), policy: null, timeoutMs: 20_000 };
  });
  beforeEach(() => {
    tsa.answer = null;
  });
  after(async () => {
    await tsa.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('is asked for, checked, and openssl verifies the very bytes', async () => {
    const { answer, at } = await ask();
    assert.ok(Math.abs(at.getTime() - Date.now()) < 60_000);
    assert.deepEqual(checkTimeStamp(answer, { body, authorities: authority.authorities }), { at });
    fs.writeFileSync(join(folder, 'body'), body);
    fs.writeFileSync(join(folder, 'answer.tsr'), answer);
    const told = execFileSync('openssl', ['ts', '-verify', '-data', 'body', '-in', 'answer.tsr', '-CAfile', 'tsa/root.pem'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    assert.match(told.toString(), /Verification: OK/);
    fs.writeFileSync(join(folder, 'asked.tsq'), tsa.asked.at(-1)!);
    const query = execFileSync('openssl', ['ts', '-query', '-in', 'asked.tsq', '-text'], { cwd: folder }).toString();
    assert.match(query, /Hash Algorithm: sha256[\s\S]*Nonce: 0x[0-9A-F]+[\s\S]*Certificate required: yes/);
  });

  it('by ECDSA too, and under a named policy', async () => {
    tsa.answer = async (query, response) => good(response, await tsa.reply(query, 'ecdsa'));
    await ask();
    tsa.answer = null;
    await ask({ policy: '1.2.3.5' });
  });

  const answers: [what: string, answer: (query: Buffer, response: ServerResponse) => Promise<void> | void, says: RegExp, over?: Partial<Authority>][] = [
    ['another nonce', async (_, response) => good(response, await tsa.reply(timeStampQuery(body, 42n, null))), /\(nonce\)/],
    ['another imprint', async (query, response) => good(response, await tsa.reply(timeStampQuery(Buffer.from('else'), nonceOf(query), null))), /\(imprint\)/],
    ['another policy than asked for', async (query, response) => good(response, await tsa.reply(timeStampQuery(body, nonceOf(query), null))), /\(policy\)/, { policy: '1.2.3.5' }],
    ['a signer that expired', async (query, response) => good(response, await tsa.reply(query, 'expired')), /\(out-of-date\)/],
    ['a signer under another root', async (query, response) => good(response, await tsa.reply(query, 'foreign')), /\(untrusted\)/],
    ['nothing granted', async (query, response) => good(response, await tsa.reply(query)), /\(not-granted\)/, { policy: '1.2.3.6' }],
    ['garbage', (_, response) => good(response, randomBytes(900)), /\(malformed\)/],
    ['nothing', (_, response) => good(response, Buffer.alloc(0)), /\(malformed\)/],
    ['a stamp with more behind it', async (query, response) => good(response, Buffer.concat([await tsa.reply(query), Buffer.of(5, 0)])), /\(malformed\)/],
    ['more than 64 KiB', (_, response) => good(response, Buffer.alloc(65 * 1024)), /longer than 65536/],
    ['a page', (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'), /another type/],
    ['a failure', (_, response) => void response.writeHead(503).end(), /answers 503/],
    ['half an answer', (_, response) => void response.writeHead(200, { 'content-type': 'application/timestamp-reply', 'content-length': '900' }).write('x', () => response.destroy()), /cannot be reached/],
    ['nothing for too long', () => undefined, /did not answer within 0\.2 s/, { timeoutMs: 200 }],
    ['a slow trickle', (_, response) => void response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).write('x'), /did not answer within 0\.2 s/, { timeoutMs: 200 }],
    ['a slow trickle, garbage collected meanwhile', (_, response) => trickle(response), /did not answer within 0\.2 s/, { timeoutMs: 200 }],
  ];
  for (const [what, answer, says, over] of answers)
    it(`is not taken: ${what}`, async () => {
      tsa.answer = answer;
      await assert.rejects(ask(over), (thrown: unknown) => thrown instanceof Problem && thrown.code === 'time-stamp-missing' && says.test(thrown.detail) && !thrown.detail.includes('127.0.0.1'));
    });

  it('is not taken: an old answer played again, and one that is not of now', async () => {
    const { answer } = await ask();
    tsa.answer = (_, response) => good(response, answer);
    await assert.rejects(ask(), (thrown: Problem) => /\(nonce\)/.test(thrown.detail));
    tsa.answer = null;
    await assert.rejects(ask({}, new Date(Date.now() + 3_600_000)), (thrown: Problem) => /not now/.test(thrown.detail));
  });

  it('follows no redirection: nobody else is asked', async () => {
    const before = tsa.asked.length;
    tsa.answer = (_, response) => void response.writeHead(307, { location: `${tsa.url}/else` }).end();
    await assert.rejects(ask(), (thrown: Problem) => /answers 307/.test(thrown.detail));
    assert.equal(tsa.asked.length, before + 1);
  });

  it('is told apart from nobody at all', () => assert.rejects(ask({ url: 'http://127.0.0.1:9/' }), (thrown: Problem) => /cannot be reached/.test(thrown.detail)));

  it('ends when the gate stops', async () => {
    const stop = new AbortController();
    tsa.answer = () => stop.abort();
    await assert.rejects(askTime(authority, body, now(), stop.signal), (thrown: Problem) => thrown.code === 'time-stamp-missing');
  });

  // `openssl ts` refuses to stamp with some of these certificates, so the same content is signed by `openssl cms`.
  const signers: [name: string, fault: string | null][] = [['good', null], ['ecdsa', null], ['wide', 'certificate'], ['uncritical', 'certificate'], ['root', 'certificate'], ['foreign', 'untrusted'], ['expired', 'out-of-date']];
  for (const [name, fault] of signers)
    it(`signed under the certificate “${name}”: ${fault ?? 'taken'}`, async () => {
      const stamp = readTimeStamp((await ask()).answer)!;
      fs.writeFileSync(join(tsa.folder, 'content'), stamp.content);
      const sign = (...more: string[]): Buffer =>
        execFileSync('openssl', ['cms', '-sign', '-in', 'content', '-binary', '-nodetach', '-econtent_type', '1.2.840.113549.1.9.16.1.4', '-signer', `${name}.pem`, '-inkey', `${name}.key`, '-md', 'sha256', '-nosmimecap', '-outform', 'DER', ...more], { cwd: tsa.folder, stdio: ['ignore', 'pipe', 'pipe'] });
      const judged = (token: Buffer) => checkTimeStamp(writeDer(tags.sequence, writeDer(tags.sequence, writeInteger(0n)), token), { body, authorities: authority.authorities });
      assert.deepEqual(judged(sign('-cades')), fault ? { fault } : { at: stamp.at });
      assert.deepEqual(judged(sign()), { fault: 'certificate' }, 'no ESSCertIDv2 names it');
      assert.deepEqual(judged(sign('-cades', '-nocerts')), { fault: 'certificate' }, 'it did not come along');
    });

  it('holds with no bit changed, and none ever throws', async () => {
    const { answer } = await ask();
    const { at, content, certificates, signer } = readTimeStamp(answer)!;
    const leaf = certificates.find((der) => !new X509Certificate(der).ca)!;
    // Tag and length of the attributes are of the form in which they are signed, not of the one in which they travel.
    const signed = [content, leaf, signer.signature, signer.attributes.subarray(8)].map((part) => ({ from: answer.indexOf(part), to: answer.indexOf(part) + part.length }));
    assert.ok(signed.every(({ from }) => from > 0));
    const seed = randomBytes(4).readUInt32BE();
    for (let place = seed % 7; place < answer.length; place += 7) {
      const changed = Buffer.from(answer);
      changed[place]! ^= 1 << ((seed + place) % 8);
      const found = checkTimeStamp(changed, { body, authorities: authority.authorities });
      // Outside stand the status text, parts of other certificates, and a second name of the signer: what is taken then says the same time.
      const isSigned = signed.some(({ from, to }) => from <= place && place < to);
      assert.ok('fault' in found || (!isSigned && found.at.getTime() === at.getTime()), `seed ${seed}, byte ${place}: taken`);
    }
    for (let length = 0; length < answer.length; length += 11) assert.ok('fault' in checkTimeStamp(answer.subarray(0, length), { body, authorities: authority.authorities }));
  });
});

/** Says it begins, and never ends. */
function trickle(response: ServerResponse): void {
  const collecting = setInterval(collectGarbage, 20);
  response.once('close', () => clearInterval(collecting));
  response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).write('x');
}

/** Behind the imprint and a policy, before the wish for the certificate. */
const nonceOf = (query: Buffer): bigint => readInteger(readInside(query).at(-2)!);
