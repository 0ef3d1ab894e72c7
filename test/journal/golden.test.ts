// The vectors of docs/spec/journal.md: the writer makes them, a stranger with shell tools finds the same sums.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { commit } from '../../plugin/domain/formats/commitment.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { aFolder, open, vkey } from './a-journal.js';

const golden = path.join(import.meta.dirname, '../golden/journal');
const tools = ['bash', 'xxd', 'openssl', 'sha256sum'];
const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
const files = ['entries.ndjson', 'checkpoint', 'tile/0/000.p/4', 'tile/entries/000.p/4'];
const requestId = 'EG-310000-SZX01-2026-000001';
const span = { camera: 'cam-1', from: '2026-03-01T00:00:00.000Z', to: '2026-03-01T00:01:00.000Z' };

/** A request that was made, refused by the policy, and the gate's own entries around it. */
async function write(folder: string): Promise<[proof: string, consistency: string]> {
  const journal = await open(folder, { hold: () => Promise.resolve(() => undefined) });
  await journal.append({
    event: 'export-requested',
    by: 'p-0123456789abcdef01234567',
    requestId,
    data: {
      basis: 'CRIMINAL_CASE',
      city: '310000',
      site: 'SZX01',
      items: [span],
      officers: 2,
      applicant: 'p-0123456789abcdef01234567',
      enteredBy: 'p-0123456789abcdef01234567',
      unit: commit(Buffer.alloc(32, 7), 'unit', '第一中队'),
      application: commit(Buffer.alloc(32, 8), 'application', {}),
      instrument: null,
    },
  });
  await journal.append({
    event: 'export-denied',
    by: 'gate',
    requestId,
    data: { reasons: ['no-row-allows'], rows: [], policyVersion: `sha256:${'0'.repeat(64)}` },
  });
  await journal.append({ event: 'signed-in', by: 'gate', data: { account: 'p-0123456789abcdef01234567' } });
  const proof = journal.proof(2, { size: 4, note: journal.checkpoint(4) });
  const consistency = journal.consistencyProof(2, 4).map((hash) => `${hash.toString('base64')}\n`);
  await journal.close();
  return [proof, consistency.join('')];
}

describe('journal vectors', () => {
  let folder: string;
  let proof: string;
  let consistency: string;
  before(async () => {
    folder = aFolder();
    [proof, consistency] = await write(folder);
    if (process.env['UPDATE_GOLDEN'] !== '1') return;
    for (const name of files) fs.cpSync(path.join(folder, name), path.join(golden, name));
    fs.writeFileSync(path.join(golden, '2.tlog-proof'), proof);
    fs.writeFileSync(path.join(golden, '2-4.consistency'), consistency);
    fs.writeFileSync(path.join(golden, 'vkey'), `${vkey}\n`);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  for (const name of files)
    it(`writes ${name} byte for byte`, () =>
      assert.deepEqual(fs.readFileSync(path.join(folder, name)), fs.readFileSync(path.join(golden, name))));
  it('writes the proof byte for byte', () => assert.equal(proof, fs.readFileSync(path.join(golden, '2.tlog-proof'), 'utf8')));
  it('writes the consistency proof byte for byte', () =>
    assert.equal(consistency, fs.readFileSync(path.join(golden, '2-4.consistency'), 'utf8')));
  it('verifies', async () =>
    assert.equal((await verifyJournal(golden, fs.readFileSync(path.join(golden, 'vkey'), 'utf8').trim())).intact, true));

  // bash, xxd, openssl and sha256sum: where a machine lacks them the two are not defined; CI installs them.
  if (tools.every(has)) {
    it('is found right by shell tools', () => {
      const { status, stdout, stderr } = spawnSync('bash', ['check.sh'], { cwd: golden, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^links: ok\nroot: ok\ntile: ok\nbundle: ok\nproof: ok\nconsistency: ok\nsignature: ok\ncommitment: ok\n$/);
    });

    it('is found wrong by shell tools when an entry is changed', () => {
      const copy = aFolder();
      fs.cpSync(golden, copy, { recursive: true });
      fs.writeFileSync(
        path.join(copy, 'entries.ndjson'),
        fs.readFileSync(path.join(copy, 'entries.ndjson'), 'utf8').replace('signed-in', 'signed-on'),
      );
      assert.match(spawnSync('bash', ['check.sh'], { cwd: copy, encoding: 'utf8' }).stdout, /root: WRONG/);
      fs.rmSync(copy, { recursive: true });
    });
  }

  it('stands in the specification', () => {
    const text = fs.readFileSync(path.join(import.meta.dirname, '../../docs/spec/journal.md'), 'utf8');
    for (const name of ['entries.ndjson', 'checkpoint', '2.tlog-proof', '2-4.consistency', 'vkey', 'check.sh'])
      assert.ok(text.includes(fs.readFileSync(path.join(golden, name), 'utf8').trimEnd()), name);
  });
});
