// Originals that leave apart: two packages of one request, each intact by itself, for its own receivers, with its own count and passphrase; and under
// original:court nobody has them who is of no court.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Begun } from '../../plugin/cli/transfer.js';
import { placeOf, readNumber } from '../../plugin/domain/paper-number.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import { openSource } from '../../plugin/evidence/source.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { fetchOpened, fetchOriginals, fetchPackage } from '../support/fetch-package.js';
import { aGateUnder, asksAlso } from '../support/gate-under.js';
import { aGate, nameOf, shanghai, type TestGate } from '../support/gate.js';
import { pdfText } from '../support/pdf-text.js';
import { approveAll, problemOf, submit, until } from '../support/walk.js';

const { officer, executors } = shanghai;
const [first, second] = executors;
const [other, court] = ['user:sh.pan', 'user:sh.court.ning'];

async function packaged(gate: TestGate): Promise<string> {
  const { requestId } = await submit(gate);
  await approveAll(gate, requestId);
  await until(gate, requestId, ({ state }) => state === 'packaged');
  return requestId;
}
const release = async (gate: TestGate, user: string, id: string, body: object = {}) => (await gate.as(user)).post<{ state: string }>(`/api/v1/requests/${id}/release`, body);
const refusalOf = async (asked: Promise<unknown>): Promise<string | null> => (await problemOf(asked))?.code ?? null;

async function fetched(gate: TestGate, user: string, id: string, of: 'copies' | 'originals', part?: 'copies' | 'originals'): Promise<{ manifest: Manifest; bytes: Buffer }> {
  const [file, key] = [path.join(gate.folder, `${user.slice(5)}-${part ?? 'any'}.zip`), path.join(gate.folder, 'gate.pub')];
  await fetchOpened(await gate.as(user), await gate.as(first), id, file, of, part);
  if (!fs.existsSync(key)) await (await gate.as(user)).download('/api/v1/keys/gate.pub', key);
  const verdict = await verifyPackage(file, fs.readFileSync(key, 'utf8'));
  assert.ok(verdict.intact, JSON.stringify(verdict));
  const source = await openSource(file);
  const pieces: Buffer[] = [];
  for await (const piece of source.read('manifest.json')) pieces.push(piece);
  await source.close();
  const bytes = Buffer.concat(pieces);
  return { manifest: JSON.parse(bytes.toString()) as Manifest, bytes };
}
const rolesOf = ({ files }: Manifest): string[] => [...new Set(files.map(({ role }) => role))].sort();

describe('originals that leave apart', function () {
  this.timeout(60_000);
  let gate: TestGate;
  before(async () => void (gate = await aGate()));
  after(() => gate.close());

  it('lie in a package of their own, which the copies name; the applicant has both where nobody else is named', async () => {
    const id = await packaged(gate);
    for (const user of executors) await release(gate, user, id);
    const copies = await fetched(gate, officer, id, 'copies');
    const originals = await fetched(gate, officer, id, 'originals', 'originals');
    assert.deepEqual([copies.manifest.part, originals.manifest.part], ['copies', 'originals']);
    assert.deepEqual(rolesOf(copies.manifest), ['coverage', 'document', 'verifier', 'viewing']);
    assert.deepEqual(rolesOf(originals.manifest), ['coverage', 'document', 'original', 'units', 'verifier']);
    const [viewing] = copies.manifest.files.filter(({ role }) => role === 'viewing');
    const parent = originals.manifest.files.find(({ path: of }) => of === viewing!.sealedParent?.path);
    assert.equal(parent?.sha256, viewing!.sealedParent!.sha256);
    const numbers = [copies, originals].map(({ manifest }) => manifest.contents.sha256);
    assert.notEqual(numbers[0], numbers[1]);
    const { passphrase: one } = await (await gate.as(first)).post<{ passphrase: string }>(`/api/v1/requests/${id}/passphrase`, { part: 'copies' });
    const { passphrase: two } = await (await gate.as(first)).post<{ passphrase: string }>(`/api/v1/requests/${id}/passphrase`, { part: 'originals' });
    assert.notEqual(one, two);
    const paper = path.join(gate.folder, 'receipt.pdf');
    await (await gate.as(officer)).download(`/api/v1/requests/${id}/receipt?part=originals`, paper);
    const text = pdfText(fs.readFileSync(paper)).join('');
    const sealedAs = createHash('sha256').update(originals.bytes).digest('hex');
    for (const word of [`${id}-originals.zip`, sealedAs, nameOf(officer), '指定接收人']) assert.ok(text.replaceAll(/\s/g, '').includes(word), word);
    assert.match(text.replaceAll(/\s/g, ''), /-H\d+30001-/);
    // Two downloads of each: the other’s are not counted.
    await fetchPackage(await gate.as(officer), id, path.join(gate.folder, 'again.zip'), { form: 'plain', part: 'copies' });
    assert.equal(await refusalOf(fetchPackage(await gate.as(officer), id, path.join(gate.folder, 'more.zip'), { form: 'plain', part: 'copies' })), 'release-expired');
    await fetchOriginals(await gate.as(officer), await gate.as(first), id, path.join(gate.folder, 'originals-again.zip'));
    assert.equal(await refusalOf(fetchPackage(await gate.as(officer), id, path.join(gate.folder, 'none.zip'), { form: 'plain', part: 'whole' })), 'state-conflict');
  });

  it('go to whom the executors name, who hears of it and has them alone; both executors name the same', async () => {
    const id = await packaged(gate);
    await gate.as(other);
    await release(gate, first, id, { originalsFor: other });
    assert.equal(await refusalOf(release(gate, second, id, { originalsFor: officer })), 'receiver-barred');
    assert.equal((await release(gate, second, id)).state, 'released');
    const { notices } = await (await gate.as(other)).get<{ notices: { kind: string; request: string }[] }>('/api/v1/notices');
    assert.ok(notices.some((notice) => notice.kind === 'released' && notice.request === id));
    assert.equal((await fetched(gate, other, id, 'originals')).manifest.part, 'originals');
    // On paper, too: the later list names who receives that package, and the form in it nobody of the other.
    const listed = async (user: string, part: string): Promise<string> => {
      const file = path.join(gate.folder, `list-${part}.pdf`);
      await (await gate.as(user)).download(`/api/v1/requests/${id}/receipt?part=${part}`, file);
      return pdfText(fs.readFileSync(file)).join('').replaceAll(/\s/g, '');
    };
    const [ofOriginals, ofCopies] = [await listed(other, 'originals'), await listed(officer, 'copies')];
    assert.deepEqual([ofOriginals.includes(nameOf(other)), ofOriginals.includes('陆一舟'), ofOriginals.includes('江映川')], [true, false, false]);
    assert.deepEqual([ofCopies.includes(nameOf(other)), ofCopies.includes('陆一舟')], [false, true]);
    const source = await openSource(path.join(gate.folder, `${other.slice(5)}-any.zip`));
    const pieces: Buffer[] = [];
    for await (const piece of source.read('documents/receipt.pdf')) pieces.push(piece);
    const form = pdfText(Buffer.concat(pieces)).join('').replaceAll(/\s/g, '');
    await source.close();
    assert.deepEqual([form.includes('陆一舟'), form.includes('接收人________'), form.includes('接收单位________')], [false, true, true]);
    // On a medium too: handed to whom was named, by name.
    const begun = await (await gate.as(first)).post<Begun>(`/api/v1/requests/${id}/transfers`, { form: 'zip', part: 'originals' });
    await (await fetch(new URL(begun.address, gate.url), { headers: { authorization: `Bearer ${await gate.tokenOf(first)}` } })).arrayBuffer();
    const medium = { transfer: begun.transfer, bytes: begun.bytes, sha256: '0'.repeat(64), serial: 'SN-1', bag: 'BAG-1' };
    const handed = async (receivers: readonly string[]) =>
      (await gate.as(first)).post<{ made: { handover: string; number: string; name: string } }>(`/api/v1/requests/${id}/handovers`, { ...medium, receivers });
    const barred = await problemOf(handed(['陆一舟']));
    assert.deepEqual([barred?.code, barred?.detail.includes(nameOf(other))], ['receiver-barred', true]);
    assert.equal(await refusalOf(handed([nameOf(other)])), 'receiver-barred', 'two sign');
    // Their colleague, and one of the same name in the list who is of another unit.
    const [colleague, stranger] = [court, 'user:sh.stranger'];
    await gate.as(colleague);
    await gate.as(stranger, '示例别处');
    const { made } = await handed([nameOf(other), nameOf(colleague), nameOf(stranger)]);
    const sign = async (user: string) => (await gate.as(user)).post(`/api/v1/requests/${id}/handovers/${made.handover}/signature`, {});
    const isSigned = async () => (await (await gate.as(first)).get<{ handovers: { signed: boolean }[] }>(`/api/v1/requests/${id}`)).handovers[0]!.signed;
    for (const user of [officer, stranger, first, shanghai.steps[0]]) assert.equal(await refusalOf(sign(user)), 'not-permitted', user);
    await sign(colleague);
    assert.equal(await refusalOf(sign(colleague)), 'state-conflict');
    assert.equal(await isSigned(), false, 'whom they were released to has not signed');
    await sign(other);
    assert.equal(await isSigned(), true);
    assert.equal(await refusalOf(sign(other)), 'state-conflict');
    assert.equal(made.name, nameOf(first));
    assert.equal(readNumber(made.number)?.place, placeOf('medium', 1));
    for (const user of [other, first])
      assert.equal(await refusalOf(fetchPackage(await gate.as(user), id, path.join(gate.folder, 'no.zip'), { form: 'plain', part: 'originals' })), 'form-refused', user);
    const wishes = [[other, 'copies'], [officer, 'originals'], [shanghai.steps[0], 'originals']] as const;
    for (const [user, part] of wishes) assert.equal(await refusalOf(fetchPackage(await gate.as(user), id, path.join(gate.folder, 'no.zip'), { form: 'zip', part })), 'not-permitted', `${user} ${part}`);
  });

  it('go to nobody without an open account, and to none of the executors', async () => {
    const id = await packaged(gate);
    for (const originalsFor of ['user:nobody.there', first, second]) assert.equal(await refusalOf(release(gate, first, id, { originalsFor })), 'receiver-barred', originalsFor);
    assert.equal((await release(gate, first, id)).state, 'release-asked');
    assert.equal(await refusalOf(release(gate, second, id, { originalsFor: other })), 'receiver-barred', 'the first named the applicant');
    assert.equal((await release(gate, second, id)).state, 'released');
  });
});

describe('originals for a court alone', function () {
  this.timeout(60_000);

  it('are released to who holds the role of a court at the site, and to nobody else', async () => {
    const gate = await aGateUnder({ 'tier-1.csv': asksAlso('original:court') });
    try {
      const id = await packaged(gate);
      for (const user of [other, court]) await gate.as(user);
      assert.equal(await refusalOf(release(gate, first, id)), 'receiver-barred', 'the applicant is of no court');
      assert.equal(await refusalOf(release(gate, first, id, { originalsFor: other })), 'receiver-barred');
      await release(gate, first, id, { originalsFor: court });
      assert.equal((await release(gate, second, id)).state, 'released');
      assert.equal((await fetched(gate, court, id, 'originals')).manifest.part, 'originals');
      assert.equal((await fetched(gate, officer, id, 'copies')).manifest.part, 'copies');
    } finally {
      await gate.close();
    }
  });
});
