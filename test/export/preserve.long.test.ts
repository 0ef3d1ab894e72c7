// What a recorder can do to a pull, through the whole gate: what the request shows, what is kept, and how it goes on.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RequestEntry } from '../../plugin/domain/audit-event.js';
import type { Item } from '../../plugin/domain/export-request.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { ask, inFolder } from '../media/tools.js';
import type { Faults } from '../support/recorder/faults.js';
import { startRecorder } from '../support/recorder/start-recorder.js';
import { aGateUnder, onePackage } from '../support/gate-under.js';
import { aGate, anApplication, footage, shanghai, street, uploadScan, type GateOptions, type TestGate } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until, vote, type Seen } from '../support/walk.js';
import { fetchPackage } from '../support/fetch-package.js';

const item = (from: string, to: string, camera = 'sh-yf-street'): Item => ({ camera, from: `2026-03-01T02:${from}Z`, to: `2026-03-01T02:${to}Z` });
const three = [item('00:01.000', '00:04.000')];
const hole = { from: new Date('2026-03-01T02:00:10.000Z'), to: new Date('2026-03-01T02:00:14.000Z') };

async function withGate(options: GateOptions, work: (gate: TestGate) => Promise<void>): Promise<void> {
  const gate = await aGate(options);
  try {
    await work(gate);
  } finally {
    await gate.close();
  }
}

/** The request's history, from the journal. */
async function historyOf(gate: TestGate, id: string): Promise<RequestEntry[]> {
  const { entries } = await (await gate.as('user:audit.he')).get<{ entries: RequestEntry[] }>('/api/v1/journal?count=500');
  return entries.filter((entry) => entry.requestId === id);
}
const eventsOf = async (gate: TestGate, id: string): Promise<string[]> => (await historyOf(gate, id)).map((entry) => entry.event);
const causeOf = (history: readonly RequestEntry[]): string | undefined =>
  history.flatMap((entry) => (entry.event === 'export-unavailable' ? [entry.data.cause] : []))[0];

const objectsIn = async (gate: TestGate): Promise<string[]> => (await fs.promises.readdir(path.join(gate.folder, 'data/objects')).catch(() => [])).sort();

/** Sealed files that came since the last look. */
function newObjects(gate: () => TestGate): () => Promise<string[]> {
  const known = new Set<string>();
  return async () => {
    const found = (await objectsIn(gate())).filter((name) => !known.has(name));
    for (const name of found) known.add(name);
    return found;
  };
}

function turnOff(faults: Faults): void {
  for (const name of Object.keys(faults) as (keyof Faults)[]) delete faults[name];
}

describe('a recorder that fails to the last try', () => {
  let gate: TestGate;
  before(async () => {
    gate = await aGate({ retryDelays: [20, 20] });
  });
  after(() => gate.close());

  async function assertGone(code: string): Promise<string> {
    // The texts of the policy are sealed too, and the scan.
    await gate.withScan(shanghai.officer);
    const kept = await objectsIn(gate);
    const { requestId } = await submit(gate, { items: three });
    const seen = await until(gate, requestId, ({ state }) => state === 'not-available');
    assert.deepEqual([seen.lastFailure, seen.footage, seen.custody], [code, [], 'unavailable']);
    const history = await historyOf(gate, requestId);
    assert.deepEqual(history.flatMap((entry) => (entry.event === 'preserve-failed' ? [entry.data.code] : [])), [code, code, code]);
    assert.equal(causeOf(history), code);
    assert.deepEqual(await objectsIn(gate), kept);
    assert.equal((await problemOf(letGo(gate, shanghai.executors[0], requestId)))?.code, 'state-conflict');
    return requestId;
  }

  const table: readonly (readonly [what: string, faults: Faults, code: string])[] = [
    ['refuses the password', { refuseLogin: true }, 'vms-refused'],
    ['shows the present instead of the past', { live: true }, 'wrong-footage'],
    ['cuts every connection', { cutAfterBytes: 20_000 }, 'vms-unreachable'],
    ['loses a packet each time', { losePacket: 20 }, 'vms-fault'],
    ['answers SOAP without end', { soap: 'huge' }, 'vms-fault'],
  ];
  for (const [what, faults, code] of table)
    it(`it ${what}: not-available, after ${code} each time; nothing is kept`, async () => {
      Object.assign(gate.recorder.faults, faults);
      await assertGone(code);
      turnOff(gate.recorder.faults);
    });

  it('it is down: not-available, and a restart does not wake it again', async () => {
    await gate.recorder.close();
    const requestId = await assertGone('vms-unreachable');
    const before = await eventsOf(gate, requestId);
    await gate.restart();
    assert.equal((await show(gate, requestId)).state, 'not-available');
    assert.deepEqual(await eventsOf(gate, requestId), before);
  });
});

describe('a recorder that fails for a while', () => {
  let gate: TestGate;
  before(async () => {
    gate = await aGate({ retryDelays: [300, 300, 300, 300, 300, 300, 300, 300] });
  });
  after(() => gate.close());

  const mended: readonly (readonly [what: string, faults: Faults])[] = [
    ['refused the password', { refuseLogin: true }],
    ['showed the present', { live: true }],
    ['cut the connection', { cutAfterBytes: 20_000 }],
  ];
  for (const [what, faults] of mended)
    it(`it ${what}: the request goes on by itself, and shows the failure only until then`, async () => {
      Object.assign(gate.recorder.faults, faults);
      const { requestId } = await submit(gate, { items: three });
      const failed = await until(gate, requestId, ({ lastFailure }) => lastFailure !== null);
      assert.deepEqual([failed.state, failed.custody], ['held', 'queued']);
      turnOff(gate.recorder.faults);
      const seen = await until(gate, requestId, ({ custody }) => custody === 'sealed');
      assert.deepEqual([seen.state, seen.lastFailure], ['held', null]);
      const frames = gate.recorder.expectedUnits(three[0]!).length;
      assert.deepEqual(seen.footage.map((take) => [take.camera, take.state, take.parts, take.frames]), [['sh-yf-street', 'complete', 1, frames]]);
    });

  const withinOnePull: readonly (readonly [what: string, faults: Faults])[] = [
    ['fell silent in the middle of a picture', { stallAfterBytes: [20_000] }],
    ['was cut four times', { cutAfterBytes: [40_000, 80_000, 120_000, 160_000] }],
    ['lost a packet', { losePacket: [40] }],
  ];
  for (const [what, faults] of withinOnePull)
    it(`it ${what}: the replay is taken up at its last key frame, and the original lacks nothing`, async () => {
      Object.assign(gate.recorder.faults, faults);
      const { requestId } = await submit(gate, { items: three });
      const seen = await until(gate, requestId, ({ custody }) => custody === 'sealed');
      turnOff(gate.recorder.faults);
      assert.equal(seen.attempts.preserve, 1);
      assert.deepEqual(seen.footage.map((take) => [take.state, take.parts, take.frames]), [['complete', 1, gate.recorder.expectedUnits(three[0]!).length]]);
    });

  it('it is down and comes back: the footage is sealed, voices given meanwhile stand', async () => {
    await gate.recorder.close();
    const { requestId } = await submit(gate, { items: three });
    await until(gate, requestId, ({ lastFailure }) => lastFailure === 'vms-unreachable');
    await vote(gate, shanghai.steps[0], requestId);
    const { port, rtspPort } = gate.recorder;
    const again = await startRecorder({ media: street, user: 'operator', password: 'box-password', ...footage, port, rtspPort });
    try {
      const seen = await until(gate, requestId, ({ custody }) => custody === 'sealed');
      assert.deepEqual([seen.state, seen.lastFailure, seen.voices.length], ['held', null, 1]);
    } finally {
      await again.close();
    }
  });
});

describe('a recorder that holds only part', () => {
  let gate: TestGate;
  before(async () => {
    gate = await aGateUnder(onePackage, { recorder: { holes: [hole], end: new Date('2026-03-01T02:01:00.000Z') }, retryDelays: [20, 20] });
  });
  after(() => gate.close());

  type Row = readonly [what: string, items: Item[], state: string | null, parts: number, faults?: Faults];
  const table: readonly Row[] = [
    ['a hole in the middle', [item('00:08.000', '00:18.000')], 'complete-with-holes', 2],
    ['a hole at the start', [item('00:12.000', '00:18.000')], 'partial', 1],
    ['a hole at the end', [item('00:08.000', '00:12.000')], 'partial', 1],
    ['an end before the span’s', [item('00:57.000', '01:03.000')], 'partial', 1],
    ['two spans, one of them in the hole', [item('00:01.000', '00:03.000'), item('00:11.000', '00:13.000')], 'partial', 1],
    ['two spans that touch', [item('00:01.000', '00:02.000'), item('00:02.000', '00:03.000')], 'complete', 1],
    ['two spans apart', [item('00:01.000', '00:02.000'), item('00:05.000', '00:06.000')], 'complete', 2],
    ['a span inside the hole', [item('00:11.000', '00:13.000')], null, 0],
    ['nothing', three, null, 0, { empty: true }],
  ];
  for (const [what, items, state, parts, faults = {}] of table)
    it(`${what}: ${state ?? 'not available, for there is no footage'}`, async () => {
      Object.assign(gate.recorder.faults, faults);
      const { requestId } = await submit(gate, { items });
      const seen = await until(gate, requestId, ({ custody }) => custody === 'sealed' || custody === 'unavailable');
      turnOff(gate.recorder.faults);
      if (state !== null) return assert.deepEqual(seen.footage.map((take) => [take.state, take.parts]), [[state, parts]]);
      assert.deepEqual([seen.state, seen.missing, seen.footage], ['not-available', [{ camera: 'sh-yf-street', cause: 'no-footage' }], []]);
      const history = await historyOf(gate, requestId);
      assert.equal(causeOf(history), 'no-footage');
      // What is not there is not asked for again.
      assert.equal(history.filter((entry) => entry.event === 'preserve-started').length, 1);
    });

  it('what is there is handed over, in two parts, and the hole is told in the package', () =>
    inFolder(async (folder) => {
      const { requestId } = await submit(gate, { items: [item('00:08.000', '00:18.000')] });
      await walkToRelease(gate, requestId);
      await fetchAndVerify(gate, requestId, folder);
      const read = (name: string): Promise<string> => fs.promises.readFile(path.join(folder, name), 'utf8');
      const coverage = JSON.parse(await read('original/sh-yf-street/coverage.json')) as { state: string; spans: { holes: object[]; parts: { path: string }[] }[] };
      assert.equal(coverage.state, 'complete-with-holes');
      const [span] = coverage.spans;
      assert.deepEqual(span!.parts.map((part) => part.path), ['original/sh-yf-street/01.mp4', 'original/sh-yf-street/02.mp4']);
      // The recorder’s section behind the hole begins with its next key frame.
      const [first] = gate.recorder.expectedUnits({ from: hole.from, to: '2026-03-01T02:00:18.000Z' });
      assert.deepEqual(span!.holes, [{ from: hole.from.toISOString(), to: new Date(first!.utcMicros / 1000).toISOString(), expected: true }]);
      const units = (await read('original/sh-yf-street/units.ndjson')).trim().split('\n').map((line) => (JSON.parse(line) as { part: number }).part);
      assert.deepEqual([...new Set(units)], [1, 2]);
      for (const name of ['01.mp4', '02.mp4']) assert.ok((await fs.promises.stat(path.join(folder, 'viewing/sh-yf-street', name))).size > 1000);
      const manifest = JSON.parse(await read('manifest.json')) as { cameras: { holes: object[] }[] };
      assert.deepEqual(manifest.cameras.map((camera) => camera.holes), [span!.holes]);
    }));
});

async function walkToRelease(gate: TestGate, id: string): Promise<void> {
  await approveAll(gate, id);
  await until(gate, id, ({ state }) => state === 'packaged');
  for (const executor of shanghai.executors) await letGo(gate, executor, id);
}

/** Fetches into `folder`, verifies, and unpacks there. */
async function fetchAndVerify(gate: TestGate, id: string, folder: string): Promise<void> {
  const officer = await gate.as(shanghai.officer);
  const [zip, key] = [path.join(folder, 'package.zip'), path.join(folder, 'gate.pub')];
  await fetchPackage(officer, id, zip);
  await officer.download('/api/v1/keys/gate.pub', key);
  const found = await verifyPackage(zip, await fs.promises.readFile(key, 'utf8'));
  assert.ok(found.intact, JSON.stringify(found));
  await ask('python3', ['-m', 'zipfile', '-e', zip, folder]);
}

describe('two cameras', () => {
  const both = [item('00:01.000', '00:03.000'), item('00:05.000', '00:06.000', 'sh-yf-gate')];
  let gate: TestGate;
  before(async () => {
    gate = await aGateUnder(onePackage, { retryDelays: [50, 50, 50, 50] });
  });
  after(() => gate.close());

  it('in one application: both are in the package', () =>
    inFolder(async (folder) => {
      const { requestId } = await submit(gate, { items: both });
      await walkToRelease(gate, requestId);
      await fetchAndVerify(gate, requestId, folder);
      for (const camera of ['sh-yf-street', 'sh-yf-gate'])
        for (const name of [`original/${camera}/01.mp4`, `original/${camera}/units.ndjson`, `original/${camera}/coverage.json`, `viewing/${camera}/01.mp4`])
          assert.ok((await fs.promises.stat(path.join(folder, name))).size > 0, name);
    }));

  it('and the second fails: the first is pulled once only', async () => {
    // The first pull is let through, the ones behind it are cut.
    const torn = (): number => gate.recorder.requests.rtsp.filter((line) => line.startsWith('TEARDOWN')).length;
    const before = torn();
    const watch = setInterval(() => void (torn() > before && (gate.recorder.faults.cutAfterBytes = 1000)), 1);
    try {
      const { requestId } = await submit(gate, { items: both });
      await until(gate, requestId, ({ lastFailure }) => lastFailure === 'vms-unreachable');
      clearInterval(watch);
      turnOff(gate.recorder.faults);
      const seen = await until(gate, requestId, ({ custody }) => custody === 'sealed');
      assert.deepEqual(seen.footage.map((take) => take.camera), ['sh-yf-street', 'sh-yf-gate']);
      const sealed = (await historyOf(gate, requestId)).flatMap((entry) => (entry.event === 'footage-sealed' ? [entry.data.camera] : []));
      assert.deepEqual(sealed, ['sh-yf-street', 'sh-yf-gate']);
    } finally {
      clearInterval(watch);
    }
  });

  it('and the recorder has nothing of one of them: the other is kept, and the missing one is told', () =>
    withGate({ recorder: { recordings: ['REC_1'] }, retryDelays: [20, 20] }, async (other) => {
      const { requestId } = await submit(other, { items: both });
      const seen = await until(other, requestId, ({ custody }) => custody === 'sealed');
      assert.deepEqual([seen.state, seen.missing, seen.footage.map((take) => take.camera)], ['held', [{ camera: 'sh-yf-gate', cause: 'no-footage' }], ['sh-yf-street']]);
      await approveAll(other, requestId);
      await until(other, requestId, ({ state }) => state === 'packaged');
    }));
});

describe('room for footage', () => {
  // A second of one camera counts 2.5 MiB (original and viewing copy) until it is sealed, three of them 7,680 KiB; then what it really
  // takes. Who is alone with a quota is not held by it.
  const table: readonly (readonly [what: string, quotas: string, ...expected: (string | null)[]])[] = [
    ['a unit’s quota that the first request used', 'unitBytes: 7700KiB', null, 'quota-exceeded', null],
    ['an installation’s quota that the first request used', 'unitBytes: 7700KiB, installationBytes: 7700KiB', null, 'quota-exceeded', 'quota-exceeded'],
    ['a reserve larger than the disk', 'reserveBytes: 900000GiB', 'disk-full'],
  ];
  for (const [what, quotas, ...expected] of table)
    it(`${what}: ${expected.map((why) => why ?? 'sealed').join(', ')}`, () =>
      withGate({}, async (gate) => {
        // The third is of another unit.
        const other = await gate.as('user:sh.pan', '另一示例单位');
        await uploadScan(other);
        await gate.withScan(shanghai.officer);
        // Papers find no room on such a disk either: they came before.
        await gate.reconfigure(`quotas: { ${quotas} }\n`);
        const officer = await gate.as(shanghai.officer);
        const applicants = [officer, officer, await gate.as('user:sh.pan')];
        for (const [at, why] of expected.entries()) {
          const client = applicants[at]!;
          const { requestId } = await client.post<Seen>('/api/v1/requests', anApplication({ items: three, ...(at === 2 && { basis: 'ADMIN_CASE' }) }));
          const settled = await untilOf(
            () => client.get<Seen>(`/api/v1/requests/${requestId}`),
            ({ custody, waitsForRoom }) => custody === 'sealed' || (waitsForRoom !== null && waitsForRoom !== 'submitted'),
          );
          assert.deepEqual([settled.state, settled.waitsForRoom], why === null ? ['held', null] : ['preserve-queued', why], `request ${at + 1}`);
        }
      }));

  it('that waits is voted on all the same; a restart finds it waiting, and says so once', () =>
    withGate({ config: 'quotas: { unitBytes: 7700KiB }\n' }, async (gate) => {
      const first = await submit(gate, { items: three });
      await until(gate, first.requestId, ({ custody }) => custody === 'sealed');
      const { requestId } = await submit(gate, { items: three });
      await until(gate, requestId, ({ waitsForRoom }) => waitsForRoom === 'quota-exceeded');
      await approveAll(gate, requestId);
      await gate.restart();
      await until(gate, requestId, ({ waitsForRoom }) => waitsForRoom === 'quota-exceeded');
      const seen = await show(gate, requestId);
      assert.deepEqual([seen.state, seen.custody, seen.voices.length], ['granted', 'queued', 4]);
      assert.equal((await eventsOf(gate, requestId)).filter((event) => event === 'preserve-queued').length, 2);
    }));
});

async function untilOf(look: () => Promise<Seen>, isSo: (seen: Seen) => boolean): Promise<Seen> {
  for (let tries = 0; tries < 400; tries++) {
    const seen = await look();
    if (isSo(seen)) return seen;
    await wait(25);
  }
  throw new Error(JSON.stringify(await look()));
}

describe('a sealed object that somebody changed', () => {
  let gate: TestGate;
  const fresh = newObjects(() => gate);
  before(async () => {
    gate = await aGateUnder(onePackage, { retryDelays: [20, 20] });
  });
  after(() => gate.close());

  /** Changes one byte of each file that is new and that `chosen` takes. */
  async function tamper(chosen: (size: number, sizes: readonly number[]) => boolean): Promise<void> {
    const files = (await fresh()).map((name) => path.join(gate.folder, 'data/objects', name));
    const sizes = files.map((file) => fs.statSync(file).size);
    const wanted = files.filter((_, at) => chosen(sizes[at]!, sizes));
    assert.ok(wanted.length > 0);
    for (const file of wanted) {
      const bytes = await fs.promises.readFile(file);
      const at = Math.floor((bytes.length * 2) / 3);
      bytes[at] = bytes[at]! ^ 1;
      await fs.promises.writeFile(file, bytes);
    }
  }
  const largest = (size: number, sizes: readonly number[]): boolean => size === Math.max(...sizes);

  it('after the release: the transfer is refused before its first byte, or breaks, and nothing that looks whole is left', () =>
    inFolder(async (folder) => {
      const { requestId } = await submit(gate, { items: three });
      await walkToRelease(gate, requestId);
      await tamper(largest);
      const officer = await gate.as(shanghai.officer);
      const problem = await problemOf(fetchPackage(officer, requestId, path.join(folder, 'package.zip')));
      // A small package is opened whole before its first byte goes: this is told as what it is.
      assert.equal(problem?.code, 'object-corrupt');
      // What came is kept to go on with, under a name of its own.
      assert.deepEqual((await fs.promises.readdir(folder)).sort(), ['package.zip.part', 'package.zip.part.json']);
    }));

  for (const [what, chosen] of [['the picture', largest], ['every file', () => true]] as const)
    it(`before the package is made (${what}): object-corrupt, nothing is packaged, nothing can be released`, async () => {
      const { requestId } = await submit(gate, { items: three });
      await until(gate, requestId, ({ custody }) => custody === 'sealed');
      await tamper(chosen);
      await approveAll(gate, requestId);
      const failures = async (): Promise<number> => (await eventsOf(gate, requestId)).filter((event) => event === 'fulfil-failed').length;
      // What was granted is owed: it is tried on and on, and never packaged.
      for (let tries = 0; tries < 200 && (await failures()) < 4; tries++) await wait(25);
      assert.ok((await failures()) >= 4);
      const seen = await show(gate, requestId);
      assert.deepEqual([seen.state, seen.lastFailure], ['granted', 'object-corrupt']);
      for (const executor of shanghai.executors) assert.equal((await problemOf(letGo(gate, executor, requestId)))?.code, 'state-conflict');
      const fetched = await problemOf((await gate.as(shanghai.officer)).post(`/api/v1/requests/${requestId}/transfers`, {}));
      assert.equal(fetched?.code, 'state-conflict');
    });

  it('does not keep the gate from starting, nor from its other requests', async () => {
    const before = await objectsIn(gate);
    await gate.restart();
    assert.deepEqual(await objectsIn(gate), before, 'what an unreadable list may name stays');
    const { requestId } = await submit(gate, { items: three });
    await until(gate, requestId, ({ custody }) => custody === 'sealed');
  });
});

describe('one camera that fails', () => {
  it('does not take the sealed footage of the others with it: what is there is packaged, what is not is said with its cause', () =>
    withGate({ retryDelays: [20, 20], recorder: { recordings: ['REC_1'] } }, async (gate) => {
      // The second camera's recording is not known to the recorder.
      const items = [...three, { ...three[0]!, camera: 'sh-yf-gate' }];
      const { requestId } = await submit(gate, { items });
      await approveAll(gate, requestId);
      const seen = await until(gate, requestId, ({ state }) => state === 'packaged');
      assert.deepEqual([seen.footage.map((take) => take.camera), seen.missing.map((it) => it.camera)], [['sh-yf-street'], ['sh-yf-gate']]);
    }));
});
