// The papers of a package as others read them: pdftotext finds every field, the code is read back from the picture, pdfsig knows the unit's e-seal.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import decodeQR from 'qr/decode.js';
import { readNumber } from '../../plugin/domain/paper-number.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { fetchPackage } from '../support/fetch-package.js';
import { aGateUnder, onePackage } from '../support/gate-under.js';
import { anApplication, shanghai, type TestGate } from '../support/gate.js';
import { aSealAuthority } from '../support/evidence/seal-authority.js';
import { approveAll, letGo, problemOf, show, submit, until } from '../support/walk.js';

const names = ['e-certificate', 'evidence-list', 'production-note', 'receipt', 'register-extract'];
const plain = (text: string): string => text.replace(/\s+/gu, '');

describe('papers in a package', function () {
  this.timeout(240_000);
  let gate: TestGate;
  let folder: string;
  let unpacked: string;
  let manifest: Manifest;
  let requestId: string;
  const paper = (name: string): string => path.join(unpacked, 'documents', `${name}.pdf`);

  before(async () => {
    folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-papers-'));
    const { command, caFile } = aSealAuthority(path.join(folder, 'ca'));
    gate = await aGateUnder(onePackage, { config: `documents: { verifyUrl: "https://verify.example/verify.html", seal: { command: ${JSON.stringify(command())}, caFile: "${caFile}" } }` });
    ({ requestId } = await submit(gate));
    await approveAll(gate, requestId);
    await until(gate, requestId, ({ state }) => state === 'packaged');
    for (const user of shanghai.executors) await letGo(gate, user, requestId);
    const officer = await gate.as(shanghai.officer);
    const [zip, key] = [path.join(folder, 'package.zip'), path.join(folder, 'gate.pub')];
    await fetchPackage(officer, requestId, zip);
    await officer.download('/api/v1/keys/gate.pub', key);
    const verdict = await verifyPackage(zip, await fs.promises.readFile(key, 'utf8'));
    assert.ok(verdict.intact);
    unpacked = path.join(folder, 'unpacked');
    execFileSync('unzip', ['-q', zip, '-d', unpacked]);
    manifest = JSON.parse(await fs.promises.readFile(path.join(unpacked, 'manifest.json'), 'utf8')) as Manifest;
    assert.equal(verdict.contents, manifest.contents.sha256);
  });
  after(async () => {
    await gate.close();
    await fs.promises.rm(folder, { recursive: true });
  });

  it('are five, of the role document, and their digest is what sha256sum says', () => {
    assert.deepEqual(manifest.files.filter(({ role }) => role === 'document').map(({ path: name }) => name), names.map((name) => `documents/${name}.pdf`));
    const script = 'find . -type f ! -path "./documents/*" ! -path "./journal/*" ! -name "manifest*" -printf "%P\\n" | LC_ALL=C sort | xargs -d "\\n" sha256sum | sha256sum';
    assert.equal(execFileSync('bash', ['-c', script], { cwd: unpacked, encoding: 'utf8' }).slice(0, 64), manifest.contents.sha256);
  });

  it('tell by pdftotext what the record says', () => {
    const read = (name: string): string => plain(execFileSync('pdftotext', ['-raw', paper(name), '-'], { encoding: 'utf8' }));
    const { instrument, officers, requestingUnit, cameras } = manifest;
    const always = [requestId, manifest.contents.sha256];
    const inCase = [instrument!.number, instrument!.issuer, instrument!.scanSha256, requestingUnit, anApplication().reason, anApplication().caseNumber!, ...officers.flatMap((it) => [it.name, it.unit, it.idNumber])];
    const files = manifest.files.filter(({ role }) => role !== 'document');
    const fields: Record<string, readonly string[]> = {
      'evidence-list': [...inCase, ...files.flatMap((it) => [it.path, String(it.bytes), it.sha256, it.sm3])],
      'production-note': [...inCase, ...manifest.approvals.map(({ person }) => person!), manifest.policy.planDigest, manifest.method.ffmpeg, ...cameras.flatMap((it) => [it.camera, it.codec!, it.transcriptSha256!, String(it.clock!.before.offsetMs)])],
      'e-certificate': [...inCase, manifest.log.origin, manifest.log.vkey, '兹证明'],
      receipt: [requestingUnit, instrument!.number, '移交人', '接收人', '封装袋编号', '拒绝签名'],
      'register-extract': ['申请', anApplication().reason, ...officers.map(({ name }) => name)],
    };
    for (const name of names) {
      const text = read(name);
      assert.deepEqual([...always, ...fields[name]!].filter((field) => !text.includes(plain(field))), [], name);
    }
  });

  it('certify by a command that can be copied out: run as pdftotext gives it, it says the digest that is printed', () => {
    for (const layout of [['-raw'], ['-layout'], []]) {
      const text = execFileSync('pdftotext', [...layout, paper('e-certificate'), '-'], { encoding: 'utf8' });
      const command = /jq -r [\s\S]*?\| sha256sum/.exec(text)?.[0];
      assert.ok(command, text);
      assert.equal(execFileSync('sh', ['-c', command], { cwd: unpacked, encoding: 'utf8' }).slice(0, 64), manifest.contents.sha256, command);
      assert.ok(text.includes(manifest.contents.sha256));
    }
  });

  it('bear a code that leads to the page with the digest, and a number that is taken for the request', async () => {
    for (const name of names) {
      execFileSync('pdftoppm', ['-r', '150', '-f', '1', '-l', '1', '-singlefile', paper(name), path.join(folder, name)]);
      const said = decodeQR(readPpm(await fs.promises.readFile(path.join(folder, `${name}.ppm`))));
      const [, number] = /^https:\/\/verify\.example\/verify\.html#number=([^&]+)&sha256=/.exec(said) ?? [];
      assert.ok(said.endsWith(`sha256=${manifest.contents.sha256}`), said);
      assert.equal(readNumber(number!)?.requestId, requestId);
      assert.equal((await show(gate, number!.toLowerCase())).requestId, requestId);
      const mistyped = await problemOf(show(gate, number!.replace('2026', '2062')));
      assert.equal(mistyped?.code, 'number-mistyped');
    }
  });

  it('but the form are sealed by the unit, and pdfsig says so', () => {
    for (const name of names) {
      const said = execFileSync('sh', ['-c', 'pdfsig -nocert "$0" 2>&1 || true', paper(name)], { encoding: 'utf8' });
      if (name === 'receipt') assert.doesNotMatch(said, /Signature Validation: Signature is Valid/, name);
      else assert.match(said, /ETSI\.CAdES\.detached[\s\S]*Total document signed[\s\S]*Signature is Valid/, `${name}: ${said}`);
    }
  });

  it('are PDFs without a fault, their one font embedded in parts', () => {
    for (const name of names) {
      const [, , ...fonts] = execFileSync('pdffonts', [paper(name)], { encoding: 'utf8' }).trim().split('\n');
      assert.equal(fonts.length, 1);
      assert.match(fonts[0]!, /NotoSansSC-Medium .* yes yes yes/);
    }
  });

  it('need no account to be checked: the gate serves the page', async () => {
    const response = await fetch(`${gate.url}/verify.html`);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), await fs.promises.readFile(path.join(unpacked, 'verify.html'), 'utf8'));
  });
});

/** Binary PPM, eight bits: what pdftoppm writes. */
function readPpm(file: Buffer): { width: number; height: number; data: Uint8Array } {
  const [head, width, height] = /^P6\s(\d+)\s(\d+)\s255\s/.exec(file.subarray(0, 40).toString('latin1'))!;
  return { width: Number(width), height: Number(height), data: new Uint8Array(file.subarray(head.length)) };
}
