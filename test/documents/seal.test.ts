// The unit's e-seal on a paper: put on by a program, checked before it is used, and nothing in its place where it fails.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { evidenceList } from '../../plugin/documents/evidence-list.js';
import { makePaper } from '../../plugin/documents/paper.js';
import { receipt } from '../../plugin/documents/receipt.js';
import type { Seal } from '../../plugin/documents/seal-pdf.js';
import { Problem } from '../../plugin/domain/problem.js';
import { askSeal, mostSealBytes } from '../../plugin/evidence/ask-seal.js';
import { checkSeal } from '../../plugin/evidence/check-seal.js';
import { readAuthorities } from '../../plugin/evidence/cms.js';
import { findFont } from '../../plugin/media/font.js';
import { aHandOver, aMaking, contents } from '../support/a-hand-over.js';
import { makeTempFolder } from '../support/evidence/bytes.js';
import { aSealAuthority, type SealAuthority } from '../support/evidence/seal-authority.js';
import { pdfText } from '../support/pdf-text.js';

const font = fs.readFileSync(findFont());

/** What the signature covers, and the signature, as a PDF reader finds them. */
function parted(pdf: Buffer): { signed: Buffer; cms: Buffer; whole: boolean } {
  const [, from, to, rest] = /\/ByteRange \[0 (\d+) (\d+) (\d+)\]/.exec(pdf.toString('latin1'))!.map(Number) as [number, number, number, number];
  const hex = pdf.subarray(from + 1, to - 1).toString('latin1');
  // The filling behind the DER is no part of it: its head tells its length.
  const der = Buffer.from(hex, 'hex');
  return { signed: Buffer.concat([pdf.subarray(0, from), pdf.subarray(to)]), cms: der.subarray(0, 4 + der.readUInt16BE(2)), whole: to + rest === pdf.length };
}

describe('an e-seal', function () {
  this.timeout(60_000);
  let folder: string;
  let authority: SealAuthority;
  const sealOf = (command: [string, ...string[]], timeoutMs = 20_000): Seal => ({ most: mostSealBytes, sign: (signed) => askSeal({ command, authorities: readAuthorities(authority.ca), timeoutMs }, signed, new Date()) });
  const sealed = (command: [string, ...string[]], timeoutMs?: number) => {
    const making = aMaking(font, { seal: sealOf(command, timeoutMs) });
    return makePaper(evidenceList(aHandOver, making), making, { contents, manifest: null });
  };
  before(() => {
    folder = makeTempFolder();
    authority = aSealAuthority(join(folder, 'ca'));
  });

  for (const certificate of ['good', 'ecdsa'])
    it(`of ${certificate}: covers everything but itself, and openssl agrees`, async () => {
      const pdf = await sealed(authority.command(certificate));
      const { signed, cms, whole } = parted(pdf);
      assert.ok(whole);
      fs.writeFileSync(join(folder, 'signed'), signed);
      fs.writeFileSync(join(folder, 'cms'), cms);
      execFileSync('openssl', ['cms', '-verify', '-binary', '-cades', '-inform', 'DER', '-in', 'cms', '-content', 'signed', '-CAfile', authority.caFile, '-purpose', 'any', '-out', 'out'], { cwd: folder, stdio: 'pipe' });
      assert.match(pdf.toString('latin1'), /\/SubFilter \/ETSI\.CAdES\.detached/);
      const whatIsSaid = pdfText(pdf).join('');
      assert.ok(whatIsSaid.includes('单位电子签章处') && !whatIsSaid.includes('单位公章(盖章处)'));
    });

  it('is not put on forms that people fill in', async () => {
    const making = aMaking(font, { seal: sealOf(authority.program('exit 9')) });
    const blank = { requestId: aHandOver.requestId, fileName: 'package.zip', instrument: null, custodian: '甲', requestingUnit: '乙', files: 1, bytes: 1, giver: null, receivers: [], at: null, place: null, medium: null, form: null, copy: null, confirmed: null, refusal: null, remarks: null, fetches: [], signatures: [] };
    const pdf = await makePaper(receipt(blank, making), making, { contents, manifest: null });
    assert.ok(!pdf.includes('/ByteRange') && pdfText(pdf).join('').includes('单位公章(盖章处)'));
  });

  it('with its content inside is none', () => {
    const [program, ...args] = authority.command();
    const inside = execFileSync(program, [...args, '-nodetach'], { input: 'paper' });
    assert.equal(checkSeal(inside, Buffer.from('paper'), readAuthorities(authority.ca), new Date()), 'malformed');
  });

  const failures: readonly (readonly [what: string, command: () => [string, ...string[]], why: RegExp, timeoutMs?: number])[] = [
    ['a certificate that ended', () => authority.command('expired'), /out-of-date/],
    ['a certificate under another root', () => authority.command('foreign'), /untrusted/],
    ['a seal of something else', () => authority.program(`echo else | ${authority.command().join(' ')}`), /digest/],
    ['a seal that names no certificate', () => [...authority.command().filter((it) => it !== '-cades')] as [string, ...string[]], /certificate/],
    ['an answer that is none', () => authority.program('cat >/dev/null; echo no'), /malformed/],
    ['no answer', () => authority.program('cat >/dev/null'), /malformed/],
    ['a program that ends with an error', () => authority.program('exit 3'), /ended with an error/],
    ['a program that is not there', () => ['/nowhere/sign'], /could not be started/],
    ['a program that says too much', () => authority.program('cat >/dev/null; yes'), /more than 16384 bytes/],
    ['a program that does not end', () => authority.program('exec sleep 60'), /did not end within 0.3 s/, 300],
  ];
  for (const [what, command, why, timeoutMs] of failures)
    it(`${what}: no paper is made`, () =>
      assert.rejects(sealed(command(), timeoutMs), (thrown) => thrown instanceof Problem && thrown.code === 'seal-missing' && why.test(thrown.detail)));
});
