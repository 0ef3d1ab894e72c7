// Scans over real sockets: uploaded slowly, too large, broken off, twice at once; judged by content; served inert, and only to who may see them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from '../../plugin/cli/client.js';
import { bindScans, isKept, scansOf, unbindScans } from '../../plugin/export/scans.js';
import { openStore, type Store } from '../../plugin/store/store.js';
import { aPlace, serve } from '../cli/program.js';
import { aGate, aScan, footage, scanSha256, shanghai, street, uploadScan, type TestGate } from '../support/gate.js';
import { join } from '../support/people.js';
import { aJpeg, aPdf, aPng, pngChunk } from '../support/papers.js';
import { startRecorder } from '../support/recorder/start-recorder.js';
import { problemOf, submit } from '../support/walk.js';
import { ask, asJson, type RawAnswer } from './raw.js';

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
/** A PNG of about so many bytes; `mark` makes it another one. */
const aLargePng = (bytes: number, mark = 0): Buffer => aPng({ more: [pngChunk('tEXt', Buffer.alloc(bytes, mark))] });
const MB = 1024 * 1024;
const codeOf = ({ text }: RawAnswer): string => (JSON.parse(text) as { code: string }).code;

interface Entry {
  event: string;
  data: Record<string, unknown>;
}

describe('scans', function () {
  this.timeout(60_000);
  let gate: TestGate;
  let time = new Date('2026-11-23T08:00:00.000Z');
  const officer = () => gate.as(shanghai.officer);
  /** One sign-in for each person and time of the gate: they are counted by address. */
  const tokens = new Map<string, Promise<string>>();
  const bearer = async (user: string = shanghai.officer) => {
    const key = `${user} ${time.toISOString()}`;
    if (!tokens.has(key)) tokens.set(key, gate.tokenOf(user));
    return { authorization: `Bearer ${await tokens.get(key)}` };
  };
  const scanEvents = async (): Promise<Entry[]> => {
    const { entries } = await (await gate.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=200');
    return entries.filter(({ event }) => event.startsWith('scan-'));
  };
  const objects = (): string[] => fs.readdirSync(path.join(gate.folder, 'data/objects')).filter((name) => name.endsWith('.sealed'));
  /** The database of the gate, which is down meanwhile. */
  const whileDown = async (step: (store: Store) => Promise<void>): Promise<void> => {
    await gate.stop();
    const store = await openStore(path.join(gate.folder, 'data/store.sqlite'));
    try {
      await step(store);
    } finally {
      await store.close();
    }
    await gate.restart();
  };

  before(async () => {
    gate = await aGate({ now: () => time });
    await officer();
  });
  after(() => gate.close());

  it('are answered with what they are, whatever they are called; recorded first', async () => {
    const headers = { ...(await bearer()), 'content-type': 'application/json' };
    const answer = await ask(gate.url, { method: 'POST', target: '/api/v1/scans', headers, body: aScan });
    assert.deepEqual([answer.status, asJson(answer)], [201, { sha256: scanSha256, bytes: aScan.length, kind: 'png', mediaType: 'image/png', width: 1, height: 1 }]);
    const pdf = await uploadScan(await officer(), aPdf());
    assert.deepEqual(pdf, { sha256: hashOf(aPdf()), bytes: aPdf().length, kind: 'pdf', mediaType: 'application/pdf', pages: 1 });
    assert.deepEqual((await scanEvents()).map(({ event, data }) => [event, data]), [
      ['scan-kept', { sha256: scanSha256, bytes: aScan.length, kind: 'png' }],
      ['scan-kept', { sha256: hashOf(aPdf()), bytes: aPdf().length, kind: 'pdf' }],
    ]);
  });

  it('lie sealed: their bytes are nowhere on the disk', async () => {
    const words = 'invented words of a paper that nobody may find';
    await uploadScan(await officer(), aPng({ more: [pngChunk('tEXt', Buffer.from(words))] }));
    for (const name of await fs.promises.readdir(path.join(gate.folder, 'data'), { recursive: true })) {
      const file = path.join(gate.folder, 'data', name);
      if (fs.statSync(file).isFile()) assert.equal(fs.readFileSync(file).includes(words), false, name);
    }
  });

  it('uploaded again by the same person are the same; twice at once too; by somebody else as well, and each is recorded', async () => {
    const bytes = aJpeg({ width: 16 });
    const before = objects().length;
    const clerk = await gate.as(shanghai.steps[0]);
    await clerk.get('/api/v1/scans/none').catch(() => undefined);
    const kept = await Promise.all([uploadScan(await officer(), bytes), uploadScan(await officer(), bytes), uploadScan(clerk, bytes)]);
    assert.deepEqual(new Set(kept.map(({ sha256 }) => sha256)), new Set([hashOf(bytes)]));
    await uploadScan(await officer(), bytes);
    assert.equal(objects().length, before + 1);
    assert.equal((await scanEvents()).filter(({ event, data }) => event === 'scan-kept' && data['sha256'] === hashOf(bytes)).length, 2);
  });

  const wrong: readonly (readonly [what: string, body: Buffer, code: string, status: number])[] = [
    ['a web page', Buffer.from('<!doctype html>'), 'scan-refused', 422],
    ['nothing', Buffer.alloc(0), 'scan-refused', 422],
    ['a PDF with a script', aPdf('/Names << /JavaScript 9 0 R >>'), 'scan-refused', 422],
  ];
  for (const [what, body, code, status] of wrong)
    it(`${what}: ${code}, and nothing is kept or recorded`, async () => {
      const [before, events] = [objects(), (await scanEvents()).length];
      const answer = await ask(gate.url, { method: 'POST', target: '/api/v1/scans', headers: { ...(await bearer()), 'content-type': 'image/png' }, body });
      assert.deepEqual([answer.status, codeOf(answer)], [status, code]);
      assert.match(answer.text, /"zh":"[^"]+"/);
      assert.deepEqual([objects(), (await scanEvents()).length], [before, events]);
    });

  /** Sends the head and `pieces`, and nothing more until the answer is there. */
  const dribble = (headers: http.OutgoingHttpHeaders, pieces: readonly Buffer[], finish: boolean): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(gate.url);
      const request = http.request({ hostname, port, method: 'POST', path: '/api/v1/scans', agent: false, headers });
      request.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (more: string) => (text += more)).on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          request.destroy();
        });
      });
      const next = (at: number): void => {
        if (at < pieces.length) request.write(pieces[at]!, () => setImmediate(() => next(at + 1)));
        else if (finish) request.end();
      };
      request.flushHeaders();
      next(0);
    });

  it('too large by their own word are refused before a byte of them came', async () => {
    const answer = await dribble({ ...(await bearer()), 'content-length': 20 * MB + 1, 'content-type': 'image/png' }, [aScan], false);
    assert.deepEqual([answer.status, codeOf(answer)], [413, 'body-too-large']);
  });

  it('of no said length are refused at the first byte too many, while the rest is still to come', async () => {
    const pieces = [...Array.from({ length: 20 }, () => Buffer.alloc(MB)), Buffer.alloc(1)];
    const answer = await dribble({ ...(await bearer()), 'transfer-encoding': 'chunked' }, pieces, false);
    assert.deepEqual([answer.status, codeOf(answer)], [413, 'body-too-large']);
  });

  it('that come byte by byte are kept as any', async () => {
    const bytes = aPng({ width: 3 });
    const answer = await dribble({ ...(await bearer()), 'transfer-encoding': 'chunked' }, [...bytes].map((byte) => Buffer.of(byte)), true);
    assert.deepEqual([answer.status, asJson<{ sha256: string }>(answer).sha256], [201, hashOf(bytes)]);
  });

  it('without a token are refused before they are read; packed ones are not unpacked', async () => {
    assert.equal(codeOf(await dribble({ 'content-length': 10 * MB }, [], false)), 'token-missing');
    const packed = await ask(gate.url, { method: 'POST', target: '/api/v1/scans', headers: { ...(await bearer()), 'content-encoding': 'gzip' }, body: aScan });
    assert.deepEqual([packed.status, codeOf(packed)], [400, 'body-malformed']);
  });

  it('that break off leave nothing, and free their place: of one person three are read at once', async () => {
    const [before, headers] = [objects(), await bearer()];
    const { hostname, port } = new URL(gate.url);
    const open = new Set<http.ClientRequest>();
    const begin = (): void => {
      const request = http.request({ hostname, port, method: 'POST', path: '/api/v1/scans', agent: false, headers: { ...headers, 'content-length': MB } });
      open.add(request);
      // Where the probe below was faster, it had the third place for a moment.
      request.on('error', () => undefined).on('response', (response) => {
        response.resume();
        open.delete(request);
        begin();
      });
      request.write(aScan);
    };
    for (let count = 0; count < 3; count++) begin();
    const another = async (): Promise<string | null> => (await problemOf(uploadScan(await officer(), aPng({ width: 5 }))))?.code ?? null;
    const isAnswered = async (code: string | null): Promise<void> => {
      for (let tries = 0; tries < 500; tries++) if ((await another()) === code) return;
      assert.fail(`never ${code}`);
    };
    await isAnswered('too-many-requests');
    for (const request of open) request.destroy();
    open.clear();
    await isAnswered(null);
    assert.ok(objects().length <= before.length + 1);
  });

  describe('are served', () => {
    let requestId: string;
    const get = async (user: string, sha256: string, query = ''): Promise<RawAnswer> =>
      ask(gate.url, { target: `/api/v1/scans/${sha256}${query}`, headers: await bearer(user) });

    before(async () => {
      // Those that were there before the week above are gone.
      for (const bytes of [aScan, aPdf('/Lang (zh)')]) await uploadScan(await officer(), bytes);
      ({ requestId } = await submit(gate));
      await whileDown((store) => bindScans(store, requestId, [scanSha256, hashOf(aPdf('/Lang (zh)'))]));
    });

    it('inert: with the judged type, in a sandbox, a PDF as an attachment', async () => {
      const files = [[aScan, 'image/png', /^inline; filename="scan-[0-9a-f]{12}\.png"$/], [aPdf('/Lang (zh)'), 'application/pdf', /^attachment; filename="scan-[0-9a-f]{12}\.pdf"$/]] as const;
      for (const [bytes, type, disposition] of files) {
        const { status, headers, text } = await get(shanghai.officer, hashOf(bytes), `?request=${requestId}`);
        assert.deepEqual([status, text], [200, bytes.toString('utf8')]);
        assert.match(String(headers['content-disposition']), disposition);
        assert.deepEqual(
          [headers['content-type'], headers['x-content-type-options'], headers['content-security-policy'], headers['cross-origin-resource-policy'], headers['cache-control']],
          [type, 'nosniff', "sandbox; default-src 'none'", 'same-origin', 'no-store'],
        );
      }
    });

    it('to who uploaded them, and to who may read the request that names them; to nobody else, in the same words', async () => {
      const table: readonly (readonly [user: string, query: string, status: number])[] = [
        [shanghai.officer, '', 200],
        [shanghai.officer, `?request=${requestId}`, 200],
        [shanghai.steps[0], `?request=${requestId}`, 200],
        [shanghai.steps[0], '', 404], // not the uploader
        ['user:gl.lan.clerk', `?request=${requestId}`, 404], // of another site
        ['user:gl.lan.clerk', '', 404],
        [shanghai.officer, '?request=EG-1', 404],
        [shanghai.officer, '?request=constructor', 404],
      ];
      const told = new Set<string>();
      for (const [user, query, status] of table) {
        const answer = await get(user, scanSha256, query);
        assert.equal(answer.status, status, `${user} ${query}`);
        if (status === 404) told.add(asJson<{ detail: string }>(answer).detail);
      }
      assert.equal((await get(shanghai.officer, '0'.repeat(64))).status, 404);
      assert.equal(told.size, 1);
      // Uploaded by this person, but no paper of that request.
      assert.equal(codeOf(await get(shanghai.officer, hashOf(aPdf()), `?request=${requestId}`)), 'scan-unknown');
    });

    it('after an entry that says who saw which', async () => {
      await get(shanghai.steps[0], scanSha256, `?request=${requestId}`);
      await get(shanghai.officer, scanSha256);
      const read = (await scanEvents()).filter(({ event }) => event === 'scan-read').slice(-2);
      assert.deepEqual(read.map(({ data }) => data), [{ sha256: scanSha256, request: requestId }, { sha256: scanSha256, request: null }]);
    });

    it('and not where the database was changed to show another one under their hash', async () => {
      const bytes = [aPng({ width: 7 }), aPng({ width: 9 })] as const;
      for (const each of bytes) await uploadScan(await officer(), each);
      await whileDown(async (store) => {
        const rows = await Promise.all(bytes.map((each) => store.scans.find(hashOf(each))));
        const swap = (sha256: string, object: string) => store.scans.database.updateTable('scans').set({ object }).where('sha256', '=', sha256).execute();
        await swap(rows[0]!.sha256, 'aside');
        await swap(rows[1]!.sha256, rows[0]!.object);
        await swap(rows[0]!.sha256, rows[1]!.object);
      });
      assert.equal(codeOf(await get(shanghai.officer, hashOf(bytes[0]))), 'object-corrupt');
    });
  });

  it('wait for an application 7 days: then they go, recorded; what a request names stays; what nobody names any more goes with the next look', async () => {
    const [left, used] = [aPng({ width: 11 }), aPng({ width: 13 })];
    for (const bytes of [left, used]) await uploadScan(await officer(), bytes);
    const { requestId } = await submit(gate);
    let both: readonly string[] = [];
    await whileDown(async (store) => {
      await bindScans(store, requestId, [hashOf(used)]);
      both = await Promise.all([left, used].map(async (bytes) => (await store.scans.find(hashOf(bytes)))!.object));
    });
    const lies = (): boolean[] => both.map((object) => objects().includes(`${object}.sealed`));
    time = new Date(time.getTime() + 7 * 86_400_000 - 1000);
    await gate.restart();
    assert.deepEqual(lies(), [true, true]);
    time = new Date(time.getTime() + 2000);
    await gate.restart();
    assert.deepEqual(lies(), [false, true]);
    // A week is longer than a session.
    gate.again();
    const gone = (await scanEvents()).filter(({ event, data }) => event === 'scan-discarded' && data['sha256'] === hashOf(left));
    assert.match(String(gone[0]?.data['account']), /^p-/);
    assert.equal(gone.length, 1);
    await whileDown(async (store) => {
      assert.equal(await isKept(store, shanghai.officer, hashOf(left)), false);
      assert.equal(await isKept(store, shanghai.officer, hashOf(used)), true);
      assert.equal(await isKept(store, 'user:sh.pan', hashOf(used)), false);
      // The application names the scan that every test's application names.
      assert.deepEqual((await scansOf(store, requestId)).map(({ sha256 }) => sha256).sort(), [hashOf(used), scanSha256].sort());
      assert.equal((await problemOf(bindScans(store, requestId, [hashOf(used), hashOf(left)])))?.code, 'scan-unknown');
      await unbindScans(store, requestId);
    });
    assert.deepEqual(lies(), [false, false]);
  });

  it('after a crash: an object that no row names goes at the next start, and a request that never came to be binds nothing', async () => {
    const bytes = aPng({ width: 17 });
    await uploadScan(await officer(), bytes);
    await whileDown(async (store) => {
      const { object } = (await store.scans.find(hashOf(bytes)))!;
      // As if the crash had come between object and row.
      const folder = path.join(gate.folder, 'data/objects');
      fs.copyFileSync(path.join(folder, `${object}.sealed`), path.join(folder, 'stray.sealed'));
      await bindScans(store, 'EG-310000-SH-YUNFAN-2026-999999', [hashOf(bytes)]);
    });
    assert.equal(objects().includes('stray.sealed'), false);
    await whileDown(async (store) => assert.deepEqual(await scansOf(store, 'EG-310000-SH-YUNFAN-2026-999999'), []));
    const { status } = await ask(gate.url, { target: `/api/v1/scans/${hashOf(bytes)}`, headers: await bearer() });
    assert.equal(status, 200);
  });

  it('of one person may have 200 MB that no application names', async () => {
    const [kept, further] = [aLargePng(MB, 1), aLargePng(MB, 2)];
    await uploadScan(await gate.as('user:sh.pan'), kept);
    await whileDown(async (store) => {
      const row = (await store.scans.find(hashOf(kept)))!;
      for (let at = 0; at < 199; at++) await store.scans.keep({ ...row, sha256: hashOf(Buffer.of(at)), bytes: MB, object: `none-${at}` }, 'user:sh.pan', time.toISOString());
    });
    const client = await gate.as('user:sh.pan');
    assert.equal((await problemOf(uploadScan(client, further)))?.code, 'scans-unused');
    assert.equal((await uploadScan(client, kept)).kind, 'png', 'what is there already is no more');
    await uploadScan(await officer(), further);
  });
});

describe('scans on a full disk', function () {
  this.timeout(60_000);
  it('are refused with disk-full, leave nothing, and smaller ones go on', async () => {
    const recorder = await startRecorder({ media: street, user: 'operator', password: 'box-password', ...footage });
    const place = await aPlace(recorder.url);
    const server = await serve(place);
    try {
      const admin = { user: 'user:root.luo', name: '罗启明', unit: '示例监控中心' };
      const client = new Client(server.url, await join(server.url, '/api/v1/setup', { token: server.setupToken, ...admin }, () => new Date()));
      await uploadScan(client);
      await promisify(execFile)('prlimit', ['--pid', String(server.pid), `--fsize=${8 * MB}:`]);
      assert.equal((await problemOf(uploadScan(client, aLargePng(12 * MB))))?.code, 'disk-full');
      assert.equal(fs.readdirSync(path.join(place.data, 'objects')).filter((name) => name.endsWith('.part')).length, 0);
      assert.equal((await uploadScan(client, aPng({ width: 19 }))).width, 19);
    } finally {
      await server.stop();
      await recorder.close();
      await fs.promises.rm(place.folder, { recursive: true, force: true });
    }
  });
});

describe('a disk at its reserve', () => {
  it('takes no paper either', async () => {
    const gate = await aGate({ config: 'quotas: { reserveBytes: 900000GiB }\n' });
    try {
      assert.equal((await problemOf(uploadScan(await gate.as(shanghai.officer))))?.code, 'disk-full');
    } finally {
      await gate.close();
    }
  });
});
