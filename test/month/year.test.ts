// A simulated year: what is handed over, held, returned and only kept for its time, each destroyed when it is due and not before, by whom it should be.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Entry } from '../../plugin/domain/audit-event.js';
import type { Problem } from '../../plugin/domain/problem.js';
import { adapters } from '../../adapters/index.js';
import { backUp, type BackupReport } from '../../plugin/back-up.js';
import { makeBackupKeys } from '../../plugin/backup/recipient.js';
import { loadConfig } from '../../plugin/config/config.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { restore, type RestoreReport } from '../../plugin/restore.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { pdfText } from '../support/pdf-text.js';
import { approveAll, letGo, problemOf, show, submit, until, vote, type Seen } from '../support/walk.js';
import { fetchOriginals, fetchPackage } from '../support/fetch-package.js';

const day = 86_400_000;
const [, , privacy, head] = shanghai.steps;

describe('a year', function () {
  this.timeout(240_000);
  let gate: TestGate;
  let time = new Date('2026-03-04T00:00:00.000Z');
  const ids = { closed: '', held: '', kept: '', lying: '', returned: '' };
  const begin = time.getTime();
  const { recipient, identity } = makeBackupKeys();
  const at = (name: string): string => path.join(gate.folder, name);

  async function backedUp(): Promise<BackupReport> {
    const config = await loadConfig(at('exportgate.yaml'), { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'box-password' }, adapters);
    return backUp({ config, keys: loadKeys(at('keys')), version: '0.0.0', now: () => time }, at('backup'), null, { sameDisk: true });
  }
  let places = 0;
  const restored = (from: string, keysFrom: string, by = identity): Promise<RestoreReport> =>
    restore({ from: at(from), keysFrom: at(keysFrom), identity: by, to: at(`restored-${places++}`), sources: {}, now: () => time });

  /** So many days after the beginning: everybody signs in anew. */
  async function on(days: number): Promise<void> {
    time = new Date(begin + days * day);
    await gate.look();
    gate.again();
  }
  const post = async (user: string, id: string, at: string, body: object = {}) => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/${at}`, body);
  const codeOf = async (call: Promise<unknown>) => (await problemOf(call))?.code ?? null;
  const keys = () => fs.readdirSync(path.join(gate.folder, 'keys/requests')).sort();
  const keysOf = (id: string) => keys().filter((name) => name.startsWith(id)).map((name) => name.split('.')[1]);
  const fetched = async (id: string): Promise<Problem | null> =>
    problemOf(fetchPackage(await gate.as(shanghai.officer), id, path.join(gate.folder, `${id}-${time.getTime()}.zip`)));

  async function handOver(id: string): Promise<void> {
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    for (const executor of shanghai.executors) await letGo(gate, executor, id);
    await post('user:sh.yan', id, 'after-review', { finding: 'in-order' });
    assert.equal(await fetched(id), null);
  }
  /** The digest of the contents and the number that a page of ids.closed states. */
  let [contents, paperNumber] = ['', ''];

  before(async () => {
    gate = await aGate({ now: () => time, config: `backup: { recipient: "${recipient}", keys: key-copy }` });
    await gate.as('user:sh.yan');
    for (const name of ['closed', 'held', 'kept', 'lying', 'returned'] as const) ids[name] = (await submit(gate)).requestId;
    for (const id of [ids.closed, ids.held, ids.kept]) await handOver(id);
    const unpacked = at('unpacked');
    await unpackArchive(path.join(gate.folder, `${ids.closed}-${time.getTime()}.zip`), unpacked);
    const page = pdfText(fs.readFileSync(path.join(unpacked, 'documents/evidence-list.pdf')))[0]!.replace(/\s/g, '');
    contents = /证据内容摘要\(SHA-256\):([0-9a-f]{64})/.exec(page)![1]!;
    paperNumber = new RegExp(`编号:(${ids.closed}-[0-9A-Z]+-L\\d+-[0-9A-Z])`).exec(page)![1]!;
    await fetchOriginals(await gate.as(shanghai.officer), await gate.as(shanghai.executors[0]), ids.held, at('originals.zip'));
    await approveAll(gate, ids.lying);
    await until(gate, ids.lying, ({ state }) => state === 'packaged');
    await until(gate, ids.returned, ({ custody }) => custody === 'sealed');
    await vote(gate, shanghai.steps[0], ids.returned, { verdict: 'return', code: 'DUPLICATE' });
  });
  after(() => gate.close());

  it('each request has keys of its own, for what was sealed and for what was made of it', () => {
    for (const id of [ids.closed, ids.held, ids.kept]) assert.deepEqual(keysOf(id), ['copies', 'original']);
    assert.deepEqual(keysOf(ids.returned), ['original']);
  });

  it('the first quarter’s backup comes back whole; nothing is copied twice', async () => {
    const first = await backedUp();
    const again = await backedUp();
    assert.ok(first.copied > 20 && first.copied === first.objects);
    assert.deepEqual([again.copied, again.objects, again.lost], [0, first.objects, []]);
    fs.cpSync(at('backup'), at('backup-of-march'), { recursive: true });
    fs.cpSync(at('key-copy'), at('key-copy-of-march'), { recursive: true });
    const report = await restored('backup', 'key-copy');
    assert.deepEqual([report.findings, report.packages, report.destroyedKeys, report.objectsGone], [[], 8, [], 0]);
  });

  it('a backup that was touched, or another’s, is told for what it is', async () => {
    assert.equal(await codeOf(restored('backup', 'key-copy', makeBackupKeys().identity)), 'backup-broken');
    assert.equal(await codeOf(restored('backup', 'key-copy', 'no key')), 'key-invalid');
    const tampered = (name: string, change: (folder: string) => void): Promise<RestoreReport> => {
      fs.cpSync(at('backup'), at(name), { recursive: true });
      change(at(name));
      return restored(name, 'key-copy');
    };
    // Behind the header of an object (228 bytes), and within the smallest: a secret of 32 bytes.
    const flip = (file: string, from = 250): void => {
      const bytes = fs.readFileSync(file);
      bytes[from]! ^= 1;
      fs.writeFileSync(file, bytes);
    };
    const dataOf = (folder: string): string => path.join(folder, fs.readdirSync(folder).find((name) => name.startsWith('data-'))!);
    assert.equal(await codeOf(tampered('b1', (folder) => flip(path.join(folder, 'backup.json')))), 'backup-broken');
    assert.equal(await codeOf(tampered('b2', (folder) => flip(dataOf(folder)))), 'backup-broken');
    assert.equal(await codeOf(tampered('b3', (folder) => fs.truncateSync(dataOf(folder), 1_048_576)))!, 'backup-broken');
    assert.equal(await codeOf(tampered('b4', (folder) => fs.rmSync(path.join(folder, 'backup.json')))), 'backup-broken');
    const [object] = fs.readdirSync(at('backup/objects'));
    const { findings } = await tampered('b5', (folder) => flip(path.join(folder, 'objects', object!)));
    assert.ok(findings.some(({ why }) => why === 'the object is not what was backed up'), JSON.stringify(findings));
    const { findings: lacking } = await tampered('b6', (folder) => fs.rmSync(path.join(folder, 'objects', object!)));
    assert.ok(lacking.some(({ what }) => what === object!.replace('.sealed', '')), JSON.stringify(lacking));
    // What is sealed is not readable where it lies.
    for (const file of [dataOf(at('backup')), at('key-copy/keys.sealed')]) assert.ok(!/journal|PRIVATE|SQLite/.test(fs.readFileSync(file, 'latin1')));
  });

  it('the seventh day: the copies go by themselves, but not under a hold; the originals stay', async () => {
    await post(head, ids.held, 'hold', { reason: '示例:复议期间保全' });
    await on(6.9);
    assert.deepEqual(keysOf(ids.closed), ['copies', 'original']);
    assert.equal(await codeOf(post(privacy, ids.closed, 'destruction')), 'retention-running');
    await on(7.1);
    for (const id of [ids.closed, ids.kept]) assert.deepEqual(keysOf(id), ['original']);
    assert.deepEqual(keysOf(ids.held), ['copies', 'original']);
    assert.equal((await fetched(ids.closed))?.code, 'release-expired');
  });

  it('two people destroy what is due, and neither alone', async () => {
    await on(10);
    assert.equal(await codeOf(post(privacy, ids.closed, 'case-closing')), 'not-permitted');
    await post(shanghai.officer, ids.closed, 'case-closing');
    assert.equal(await codeOf(post(shanghai.officer, ids.closed, 'case-closing')), 'state-conflict');
    // Who may only watch does not ask, and who asked for the footage does neither.
    assert.equal(await codeOf(post(head, ids.closed, 'destruction')), 'not-permitted');
    assert.equal((await post(privacy, ids.closed, 'destruction')).state, 'released');
    assert.equal(await codeOf(post(privacy, ids.closed, 'destruction')), 'already-voted');
    assert.equal(await codeOf(post(shanghai.officer, ids.closed, 'destruction')), 'not-permitted');
    // A hold between the two: the word that was given before it counts no more.
    await post(head, ids.closed, 'hold', { reason: '示例:临时保全' });
    assert.equal(await codeOf(post(head, ids.closed, 'destruction')), 'not-permitted');
    assert.equal(await codeOf(post(privacy, ids.closed, 'destruction')), 'footage-held');
    await post(head, ids.closed, 'hold/lifting');
    await post(privacy, ids.closed, 'destruction');
    // At the same moment: whichever comes first stands, and a hold never loses to half a destruction.
    await Promise.allSettled([post(head, ids.closed, 'hold', { reason: '示例:竞态' }), post('user:sh.yan', ids.closed, 'destruction')]);
    if ((await show(gate, ids.closed)).custody === 'sealed') {
      assert.deepEqual(keysOf(ids.closed), ['original']);
      await post(head, ids.closed, 'hold/lifting');
      await post(privacy, ids.closed, 'destruction');
      await post(head, ids.closed, 'destruction');
    }
    const { state, custody } = await show(gate, ids.closed);
    assert.deepEqual([state, custody, keysOf(ids.closed)], ['destroyed', 'destroyed', []]);
    assert.equal(await codeOf(post(privacy, ids.closed, 'destruction')), 'state-conflict');
  });

  it('the thirtieth day: what was never granted goes by itself, with its key', async () => {
    await on(31);
    assert.deepEqual([(await show(gate, ids.returned)).custody, keysOf(ids.returned)], ['expired', []]);
  });

  it('what its case never closed goes when the site’s time has passed; what is held is refused', async () => {
    assert.equal(await codeOf(post(privacy, ids.held, 'destruction')), 'footage-held');
    // Its originals, which leave apart, nobody fetched: their time begins with the end of the release.
    assert.equal(await codeOf(post(privacy, ids.kept, 'destruction')), 'retention-running');
    await on(34);
    await post(privacy, ids.kept, 'destruction');
    await post(head, ids.kept, 'destruction');
    assert.equal((await show(gate, ids.kept)).state, 'destroyed');
  });

  it('what was made and nobody ever fetched goes in the same way, its package with it, though one of its lists cannot be read', async () => {
    const auditor = await gate.as('user:sh.yan');
    const { entries } = await (await gate.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=500');
    const list = entries.flatMap((entry) => (entry.event === 'footage-sealed' && entry.requestId === ids.lying ? [entry.data.index.object] : []))[0]!;
    const file = path.join(at('data/objects'), `${list}.sealed`);
    const bytes = fs.readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    fs.writeFileSync(file, bytes);
    const { unread } = await auditor.get<{ unread: { requestId: string; lists: string[] }[] }>(`/api/v1/deliveries?hash=${'0'.repeat(64)}`);
    assert.deepEqual(unread, [{ requestId: ids.lying, lists: [list] }]);
    await post(privacy, ids.lying, 'destruction');
    assert.equal((await post(head, ids.lying, 'destruction')).state, 'destroyed');
    assert.deepEqual(keysOf(ids.lying), []);
    const { original } = await auditor.get<{ original: { unreadable: string[]; files: { path: string }[] } }>(`/api/v1/requests/${ids.lying}/destruction`);
    assert.deepEqual(original.unreadable, [list]);
    for (const gone of ['manifest.json', 'original/sh-yf-street/01.mp4', 'viewing/sh-yf-street/01.mp4']) assert.ok(original.files.some((it) => it.path === gone), gone);
    assert.equal(await codeOf(letGo(gate, shanghai.executors[0], ids.lying)), 'state-conflict');
  });

  it('each quarter’s backup comes back, with what is held and without what was destroyed', async () => {
    const pruned: number[] = [];
    for (const days of [92, 183, 274]) {
      await on(days);
      const report = await backedUp();
      assert.deepEqual(report.lost, []);
      pruned.push(report.pruned);
      const { findings, packages, destroyedKeys } = await restored('backup', 'key-copy');
      assert.deepEqual([findings, packages, destroyedKeys.length], [[], 2, 8], `day ${days}`);
    }
    assert.ok(pruned[0]! > 10 && pruned[1] === 0 && pruned[2] === 0, `what is destroyed goes from the backup, once: ${pruned.join(', ')}`);
  });

  it('the year’s drill: what is held comes back, what was destroyed does not, from whichever backup', async () => {
    await on(300);
    const report = await backedUp();
    assert.deepEqual(report.lost, []);
    const gone = [...['copies', 'original'].flatMap((part) => [ids.closed, ids.kept, ids.lying, ids.returned].map((id) => `${id}/${part}`))].sort();
    const now = await restored('backup', 'key-copy');
    assert.deepEqual([now.findings, now.packages, now.destroyedKeys], [[], 2, gone]);
    // The data of March, with all its objects, and the keys as they are: nothing of what was destroyed since opens.
    const then = await restored('backup-of-march', 'key-copy');
    assert.deepEqual([then.findings, then.packages, then.destroyedKeys], [[], 2, gone]);
    assert.ok(then.objectsGone > 10);
    // The same proof finds what is not so: a copy of the keys that nobody rewrote opens all of it.
    assert.equal((await restored('backup-of-march', 'key-copy-of-march')).packages, 8);
  });

  it('years later the journal says what was delivered to whom, and what was destroyed', async () => {
    const auditor = await gate.as('user:sh.yan');
    type Told = { deliveries: { requestId: string; matched: { path: string; packages: string[]; delivered: boolean; destroyed: boolean }[]; deliveries: { to: string; part: string; form: string; ended: { why: string } | null }[]; destroyed: { by: string[] } | null }[] };
    const find = (query: string) => auditor.get<Told>(`/api/v1/deliveries?${query}`);
    const { original, copies } = await auditor.get<Record<'original' | 'copies', { files: { path: string; sha256: string; sm3: string }[] }>>(`/api/v1/requests/${ids.closed}/destruction`);
    const paper = at('certificate.pdf');
    await auditor.download(`/api/v1/requests/${ids.closed}/destruction?format=pdf`, paper);
    const printed = pdfText(fs.readFileSync(paper)).join('').replace(/\s/g, '');
    for (const word of ['录像销毁证明', ids.closed, '报告办结']) assert.ok(printed.includes(word), word);
    for (const slot of ['', ':']) assert.match(printed, new RegExp(`销毁人${slot}示例sh[a-z]+\\(user:sh\\.[a-z]+\\)[\\s\\S]*监销人${slot}示例sh[a-z]+\\(user:sh\\.[a-z]+\\)`));
    assert.doesNotMatch(printed, /销毁事由\S{0,30}T\d\d:/);
    // Each destruction has its paper: what went by the clock is told so, with a place for the custodian.
    const certified = async (id: string, query = ''): Promise<string> => {
      const file = at(`certificate-${id}${query}.pdf`);
      await auditor.download(`/api/v1/requests/${id}/destruction?format=pdf${query}`, file);
      return pdfText(fs.readFileSync(file)).join('').replace(/\s/g, '');
    };
    const ofCopies = await certified(ids.closed, '&of=copies');
    for (const word of ['导出副本', '到期自动销毁', '保管单位经办人', copies.files[0]!.sha256]) assert.ok(ofCopies.includes(word), word);
    assert.ok(!ofCopies.includes('监销人'));
    const numberOf = (text: string): string => /编号:(EG-[A-Z0-9-]+)/.exec(text)![1]!;
    assert.notEqual(numberOf(ofCopies), numberOf(printed));
    const { expired } = await auditor.get<{ expired: { bytes: number; why: string; entry: number; files: null } }>(`/api/v1/requests/${ids.returned}/destruction`);
    assert.deepEqual([expired.why, expired.bytes > 0, expired.files], ['ended', true, null]);
    const ofExpired = await certified(ids.returned);
    for (const word of [`${expired.bytes}字节`, `第${expired.entry}条`, '文件未逐一列明', '申请已终结', '保管单位经办人']) assert.ok(ofExpired.includes(word), word);
    assert.equal(await codeOf(auditor.get(`/api/v1/requests/${ids.returned}/destruction?format=pdf&of=copies`)), 'state-conflict');
    const footage = original.files.find(({ path: name }) => name === 'original/sh-yf-street/01.mp4')!;
    const copy = copies.files.find(({ path: name }) => name === 'viewing/sh-yf-street/01.mp4')!;
    const byCopy = (await find(`hash=${copy.sha256}`)).deliveries;
    assert.deepEqual(byCopy.map(({ requestId, matched, deliveries, destroyed }) => [requestId, matched, deliveries.map(({ to, part, form, ended }) => [to, part, form, ended?.why]), destroyed?.by.length]), [
      [ids.closed, [{ path: copy.path, packages: ['copies'], delivered: true, destroyed: true }], [[shanghai.officer, 'copies', 'plain', 'complete']], 2],
    ]);
    // What every page of its papers states, also when nothing of it is left; a paper's number; a case's as people type it.
    assert.deepEqual((await find(`hash=${contents}`)).deliveries.map(({ requestId, matched }) => [requestId, matched]), [
      [ids.closed, [{ path: 'contents', packages: ['copies'], delivered: true, destroyed: true }]],
    ]);
    assert.deepEqual((await find(`id=${paperNumber}`)).deliveries.map(({ requestId }) => requestId), [ids.closed]);
    const wrong = `${paperNumber.slice(0, -1)}${paperNumber.endsWith('A') ? 'B' : 'A'}`;
    assert.equal(await codeOf(find(`id=${wrong}`)), 'number-mistyped');
    assert.equal((await find(`case=${encodeURIComponent(' 示例刑立字[2026]第7号')}`)).deliveries.length, 5);
    const manifest = copies.files.find(({ path: name }) => name === 'manifest.json')!;
    for (const hash of [manifest.sha256, manifest.sm3])
      assert.deepEqual((await find(`hash=${hash}`)).deliveries.map(({ requestId, matched }) => [requestId, matched.map(({ path: name }) => name)]), [[ids.closed, ['manifest.json']]]);
    // The same footage lay in packages of four requests, of which one’s originals were fetched; and sealed under a fifth.
    const byFootage = (await find(`hash=${footage.sha256}`)).deliveries;
    const handed = (isSo: (it: { packages: string[]; delivered: boolean }) => boolean): string[] => byFootage.filter(({ matched }) => matched.some(isSo)).map(({ requestId }) => requestId);
    assert.deepEqual(handed(({ packages }) => packages.includes('originals')), [ids.closed, ids.held, ids.kept, ids.lying]);
    assert.deepEqual(handed(({ delivered }) => delivered), [ids.held]);
    assert.deepEqual((await find(`id=${ids.held}`)).deliveries.map(({ requestId }) => requestId), [ids.held]);
    assert.deepEqual((await find(`case=${encodeURIComponent('示例刑立字〔2026〕第7号')}`)).deliveries.length, 5);
    assert.deepEqual((await find(`hash=${'0'.repeat(64)}`)).deliveries, []);
    for (const query of ['', 'hash=abc', 'id=x&case=y', 'case=']) assert.equal(await codeOf(find(query)), 'body-malformed', query);
    assert.equal(await codeOf((await gate.as(shanghai.officer)).get('/api/v1/deliveries?id=x')), 'not-permitted');
  });

  it('a crash between the entry and the key: it is destroyed before the next start serves anything', async () => {
    const file = path.join(gate.folder, 'keys/requests', `${ids.kept}.original.key`);
    await gate.stop();
    fs.copyFileSync(path.join(gate.folder, 'keys/requests', `${ids.held}.original.key`), file);
    await gate.restart();
    assert.equal(fs.existsSync(file), false);
    assert.deepEqual(keysOf(ids.held), ['copies', 'original']);
  });
});
