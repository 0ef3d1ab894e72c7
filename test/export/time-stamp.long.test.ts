// A gate that has its packages stamped: the stamp lies in the package and in the record, and is missed, swapped and doubted by name; where the
// authority is away a package waits, or is sealed without one and says so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { timeStampQuery } from '../../plugin/evidence/time-stamp.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { exportgate } from '../cli/program.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { aTimeAuthority, type TimeAuthority } from '../support/evidence/time-authority.js';
import { makeTempFolder } from '../support/evidence/bytes.js';
import { approveAll, letGo, submit, until } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

interface Sealed {
  event: string;
  requestId?: string;
  data: { timeStamp?: { sha256: string; at: string } | null; code?: string };
}

describe('a package with a time stamp', function () {
  this.timeout(300_000);
  let place: string;
  let tsa: TimeAuthority;
  let gate: TestGate;
  let key: string;
  const entriesOf = async (requestId: string): Promise<Sealed[]> =>
    (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Sealed).filter((entry) => entry.requestId === requestId);
  const granted = async (): Promise<string> => {
    const { requestId } = await submit(gate);
    await approveAll(gate, requestId);
    return requestId;
  };
  const fetched = async (requestId: string): Promise<string> => {
    await until(gate, requestId, ({ state }) => state === 'packaged');
    for (const who of shanghai.executors) await letGo(gate, who, requestId);
    const file = path.join(gate.folder, `${requestId}.zip`);
    await fetchPackage(await gate.as(shanghai.officer), requestId, file);
    return file;
  };
  before(async () => {
    place = makeTempFolder();
    tsa = await aTimeAuthority(path.join(place, 'tsa'));
    gate = await aGate({ config: `timestamps: { url: "${tsa.url}", caFile: ${path.join(place, 'tsa/root.pem')}, timeoutSeconds: 20, required: true }` });
    key = await (await fetch(`${gate.url}/api/v1/keys/gate.pub`)).text();
  });
  after(async () => {
    await gate.close();
    await tsa.close();
    fs.rmSync(place, { recursive: true, force: true });
  });

  it('waits while the authority is away, with the problem in the record; then has its stamp, which openssl takes', async () => {
    tsa.answer = (_, response) => void response.writeHead(503).end();
    const requestId = await granted();
    await until(gate, requestId, ({ attempts }) => attempts.fulfil >= 2);
    assert.ok((await entriesOf(requestId)).some(({ event, data }) => event === 'fulfil-failed' && data.code === 'time-stamp-missing'));
    tsa.answer = null;
    const zip = await fetched(requestId);
    const { timeStamp } = (await entriesOf(requestId)).find(({ event }) => event === 'package-sealed')!.data;
    const unchecked = await verifyPackage(zip, key);
    assert.deepEqual(unchecked.intact && unchecked.timeStamp, { at: timeStamp!.at, checked: false });
    const checked = await verifyPackage(zip, key, { authoritiesPem: tsa.ca });
    assert.deepEqual(checked.intact && checked.timeStamp, { at: timeStamp!.at, checked: true });

    const folder = path.join(place, 'open');
    await unpackArchive(zip, folder);
    const tsr = path.join(folder, 'manifest.tsr');
    assert.equal(createHash('sha256').update(fs.readFileSync(tsr)).digest('hex'), timeStamp!.sha256);
    const told = execFileSync('openssl', ['ts', '-verify', '-data', 'manifest.dsse.json', '-in', 'manifest.tsr', '-CAfile', path.join(place, 'tsa/root.pem')], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    assert.match(told.toString(), /Verification: OK/);

    const other = fs.readFileSync(path.join(place, 'tsa/other.pem'), 'utf8');
    const genuine = fs.readFileSync(tsr);
    const another = await tsa.reply(timeStampQuery(fs.readFileSync(path.join(folder, 'manifest.dsse.json')), 1n, null));
    const table: [what: string, change: () => void, authorities: string | null, fault: object | null][] = [
      ['as it was', () => undefined, tsa.ca, null],
      ['under another authority', () => undefined, other, { code: 'time-stamp-invalid', where: 'manifest.tsr' }],
      ['another genuine stamp over the same bytes', () => fs.writeFileSync(tsr, another), tsa.ca, { code: 'file-changed', where: 'manifest.tsr' }],
      ['one bit', () => fs.writeFileSync(tsr, Buffer.from(genuine.map((byte, at) => (at === 700 ? byte ^ 1 : byte)))), null, { code: 'file-changed', where: 'manifest.tsr' }],
      ['a large file', () => fs.writeFileSync(tsr, Buffer.alloc(70_000)), null, { code: 'file-changed', where: 'manifest.tsr' }],
      ['taken out', () => fs.rmSync(tsr), null, { code: 'file-missing', where: 'manifest.tsr' }],
    ];
    for (const [what, change, authorities, fault] of table) {
      fs.writeFileSync(tsr, genuine);
      change();
      const found = await verifyPackage(folder, key, { authoritiesPem: authorities });
      assert.deepEqual(found.intact ? null : found.fault, fault, what);
    }
    await assert.rejects(verifyPackage(zip, key, { authoritiesPem: 'no certificate' }), { name: 'Problem', code: 'key-invalid' });
  });

  it('verify says on the command line whether it was checked', async () => {
    const zip = path.join(gate.folder, (await fs.promises.readdir(gate.folder)).find((name) => name.endsWith('.zip'))!);
    const pub = path.join(place, 'gate.pub');
    fs.writeFileSync(pub, key);
    assert.match((await exportgate(['verify', zip, '--key', pub])).stdout, /时间戳 time stamp: 20\S+Z, 未核验 there and not checked/);
    assert.match((await exportgate(['verify', zip, '--key', pub, '--tsa-ca', path.join(place, 'tsa/root.pem')])).stdout, /已核验 checked/);
    const wrong = await exportgate(['verify', zip, '--key', pub, '--tsa-ca', path.join(place, 'tsa/other.pem')]);
    assert.deepEqual([wrong.code, /time-stamp-invalid at manifest\.tsr/.test(wrong.stdout)], [1, true]);
  });

  it('where none is required: sealed without one, and the record says so', async () => {
    const file = path.join(gate.folder, 'exportgate.yaml');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('required: true', 'required: false'));
    await gate.restart();
    tsa.answer = (_, response) => void response.writeHead(503).end();
    const requestId = await granted();
    const zip = await fetched(requestId);
    assert.equal((await entriesOf(requestId)).find(({ event }) => event === 'package-sealed')!.data.timeStamp, null);
    const found = await verifyPackage(zip, key, { authoritiesPem: tsa.ca });
    assert.deepEqual([found.intact, found.intact && found.timeStamp], [true, null]);
  });
});
