// Each failure closes: whoever has stated a reason and would be shown footage is shown none while something that the gate stands on is down,
// in whatever way they ask; and is shown it once that is mended. Real ones: a process that may write no more, a database without its table, an
// ffmpeg that dies.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Entry } from '../../../plugin/domain/audit-event.js';
import { openSqlite } from '../../../plugin/store/sqlite.js';
import type { StandInEvent } from '../../adapters/zoneminder/stand-in.js';
import { anEvent } from '../../adapters/zoneminder/films.js';
import { childrenCalled } from '../../media/processes.js';
import { beforePages, sayWhy, type BeforePages, type Client } from '../../support/gate/before-pages.js';
import { gatedFfmpeg, type GatedFfmpeg } from '../../support/gate/gated-ffmpeg.js';
import { CodedSlices } from '../../support/gate/oracle/coded-slices.js';
import { aGate } from '../../support/gate.js';
import { aPolicyDesk, type PolicyDesk } from '../../support/policy-desk.js';

const run = promisify(execFile);
const video = (event: number): string => `index.php?view=view_video&eid=${event}`;

/** How a client asks, by what browsers tell. */
const ways = {
  navigation: { 'sec-fetch-dest': 'document', accept: 'text/html' },
  player: { 'sec-fetch-dest': 'video', range: 'bytes=0-' },
  picture: { 'sec-fetch-dest': 'image' },
  program: { 'sec-fetch-dest': 'empty' },
} as const;
type Way = keyof typeof ways;

/** One event each ten minutes: no copy that one row made is there for the next. */
const someEvents = async (): Promise<StandInEvent[]> => {
  const one = await anEvent(31, 0, 4);
  const later = (instant: string, minutes: number): string => new Date(Date.parse(instant) + minutes * 60_000).toISOString();
  return [...Array.from({ length: 60 }, (_, at) => ({ ...one, id: 31 + at, start: later(one.start, 10 * at), end: later(one.end!, 10 * at) })), { ...(await anEvent(20, 0, 4)), monitor: 2 }];
};

describe('each failure closes', function () {
  this.timeout(180_000);
  let all: BeforePages;
  let guard: Client;
  let stranger: Client;
  let folder: string;
  let ffmpeg: GatedFfmpeg;
  let ahead = 0;
  // The first was shown before.
  let event = 31;
  const originals = new CodedSlices();
  const errors: string[] = [];
  before(async () => {
    folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-failures-'));
    ffmpeg = await gatedFfmpeg();
    all = await beforePages({
      start: aPolicyDesk,
      events: await someEvents(),
      config: `ffmpeg: { path: ${JSON.stringify(ffmpeg.path)} }`,
      now: () => new Date(Date.now() + ahead),
      log: (level, line) => void (level === 'error' && errors.push(line.event)),
    });
    for (const { id, film } of all.standIn.events.slice(0, 1)) originals.add(String(id), film!);
    guard = await all.client('guard');
    stranger = await all.client('guard');
    const { link } = (await (await guard.ask(video(31))).json()) as { link: string };
    const said = await sayWhy(link, '核实', { from: '2026-03-01T10:00:00', to: '2026-03-02T09:00:00' });
    assert.equal(said.status, 303, said.text);
    assert.equal((await guard.ask(video(31))).status, 200, 'it is shown, where nothing fails');
  });
  after(async () => {
    await all?.close();
    await ffmpeg?.close();
    await fs.promises.rm(folder, { recursive: true, force: true });
  });
  // Who is signed in is asked anew, and an attempt like the last one is another one.
  beforeEach(() => void (ahead += 61_000));

  const entries = async (): Promise<Entry[]> =>
    (await fs.promises.readFile(path.join(all.gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Entry);

  /** Of an answer: what it says, with nothing recorded in it. */
  async function told(answer: Response): Promise<{ status: number; type: string; code: string }> {
    const body = Buffer.from(await answer.arrayBuffer());
    assert.equal(originals.leaks(body), null);
    const type = answer.headers.get('content-type') ?? '';
    const text = body.toString('latin1');
    const code = /"code":"([\w-]+)"/.exec(text)?.[1] ?? /<small>([a-z-]+) /.exec(text)?.[1] ?? '';
    return { status: answer.status, type: type.split(';')[0]!, code };
  }
  const forms: Record<Way, string> = { navigation: 'text/html', player: 'application/problem+json', picture: 'application/problem+json', program: 'application/problem+json' };

  /** Asked in every way while it fails, then mended; what became of it in the journal. */
  async function closed(client: Client, path: string, status: number, code: string): Promise<Entry['event'][]> {
    const [before, reached] = [(await entries()).length, all.reached.length];
    for (const way of Object.keys(ways) as Way[])
      assert.deepEqual(await told(await client.ask(path, { headers: ways[way] })), { status, type: forms[way], code }, way);
    assert.equal(all.reached.length, reached, 'nothing of it goes on to the system');
    return (await entries()).slice(before).map((entry) => entry.event);
  }
  const served = async (path: string): Promise<void> => {
    const answer = await guard.ask(path);
    const body = Buffer.from(await answer.arrayBuffer());
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'video/mp4'], body.toString('latin1', 0, 500));
    assert.ok(body.length > 50_000 && originals.leaks(body) === null, 'mended, it is shown, and marked');
  };

  type Fault = ReturnType<BeforePages['standIn']['fault']>;
  const eventAsked = ({ path }: { path: string }): boolean => /^api\/events\/\d+/.test(path);
  const lookups: readonly (readonly [what: string, fault: Fault, status: number, code: string])[] = [
    ['breaks off', 'broken', 502, 'vms-unreachable'],
    ['answers nonsense', 'nonsense', 502, 'vms-fault'],
    ['answers in another shape', 'shapeless', 502, 'vms-fault'],
    ['answers without end', 'endless', 502, 'vms-fault'],
    ['leads elsewhere', 'redirect', 502, 'vms-fault'],
    ['lets the gate’s account in no more', 'unauthorised', 502, 'vms-refused'],
  ];
  for (const [what, fault, status, code] of lookups)
    it(`the lookup ${what}: ${status} ${code}`, async () => {
      const path = video(++event);
      all.standIn.fault = (asked) => (eventAsked(asked) ? fault : null);
      try {
        assert.deepEqual(await closed(guard, path, status, code), ['access-stopped']);
      } finally {
        all.standIn.fault = () => null;
      }
      await served(path);
    });

  it('the lookup tells of another event than it was asked for: 502 vms-fault', async () => {
    const path = video(++event);
    const { id } = all.standIn.events.find((it) => it.id === event)!;
    const other = all.standIn.events.at(-1)!;
    const asked = all.standIn.events.find((it) => it.id === id)!;
    all.standIn.swap = (number) => (number === asked.id ? other : undefined);
    try {
      assert.deepEqual(await closed(guard, path, 502, 'vms-fault'), ['access-stopped']);
    } finally {
      all.standIn.swap = () => undefined;
    }
    await served(path);
  });

  it('the list from which the film is pulled tells of another camera’s events: 502 vms-fault, and the viewing that was begun stands recorded', async () => {
    const path = video(++event);
    all.standIn.listed = (rows) => rows.map((row) => ({ ...row, MonitorId: 2 }));
    try {
      const told = await closed(guard, path, 502, 'vms-fault');
      assert.deepEqual([told.filter((it) => it === 'access-stopped').length, told.includes('footage-played')], [1, true]);
    } finally {
      all.standIn.listed = (rows) => rows;
    }
    await served(path);
  });

  const names: readonly (readonly [what: string, fault: Fault, status: number, code: string])[] = [
    ['breaks off', 'broken', 502, 'vms-unreachable'],
    ['answers nonsense', 'nonsense', 502, 'vms-fault'],
    ['answers in another shape', 'shapeless', 502, 'vms-fault'],
    ['says that there is nobody', 'unauthorised', 401, 'token-missing'],
  ];
  for (const [what, fault, status, code] of names)
    it(`who asks is not known, because the system ${what}: ${status} ${code}`, async () => {
      const path = video(++event);
      all.standIn.fault = ({ query }) => (query.get('request') === 'modal' ? fault : null);
      try {
        const live = 'cgi-bin/nph-zms?mode=single&monitor=1';
        if (status < 500) for (const asked of [path, live]) assert.deepEqual(await told(await guard.ask(asked)), { status, type: forms.program, code });
        else assert.deepEqual(await closed(guard, path, status, code), ['access-stopped']);
        if (fault === 'broken') {
          ahead += 61_000;
          assert.deepEqual(await closed(guard, live, status, code), ['access-stopped'], 'nor a live picture');
        }
      } finally {
        all.standIn.fault = () => null;
      }
      ahead += 61_000;
      await served(path);
    });

  it('the database lost a table: 503 store-unavailable, whoever asks', async () => {
    const path = video(++event);
    const file = await openSqlite(`${all.gate.folder}/data/store.sqlite`);
    file.prepare('alter table accounts rename to accounts_gone').run([]);
    try {
      // An entry says of whom only what the database keeps the key to, so there is none; the operators’ log tells of each.
      errors.length = 0;
      for (const client of [guard, stranger]) assert.deepEqual(await closed(client, path, 503, 'store-unavailable').then((it) => it.filter((event) => event !== 'access-stopped')), []);
      assert.ok(errors.includes('web-stopped'));
    } finally {
      file.prepare('alter table accounts_gone rename to accounts').run([]);
      file.close();
    }
    await served(path);
  });

  it('the database cannot be read: 503 store-unavailable, and no entry that would name nobody', async () => {
    const path = video(++event);
    const file = await openSqlite(`${all.gate.folder}/data/store.sqlite`);
    const tables = ['accounts', 'personal', 'people'];
    for (const table of tables) file.prepare(`alter table ${table} rename to ${table}_gone`).run([]);
    try {
      assert.deepEqual(await closed(guard, path, 503, 'store-unavailable'), []);
    } finally {
      for (const table of tables) file.prepare(`alter table ${table}_gone rename to ${table}`).run([]);
      file.close();
    }
    await served(path);
  });

  it('nobody answers, neither who asks nor what is asked for: 502 vms-unreachable at the deadline, in every way of asking', async () => {
    const path = video(++event);
    await stranger.ask('index.php?view=console');
    ahead += 61_000;
    assert.equal((await guard.ask('cgi-bin/nph-zms?mode=single&monitor=1')).status, 200, 'who the guard is has just been asked');
    all.standIn.fault = (asked) => (eventAsked(asked) || asked.query.get('request') === 'modal' ? 'slow' : null);
    try {
      const asked = (Object.keys(ways) as Way[]).flatMap((way) => [guard, stranger].map(async (client) => [way, await told(await client.ask(path, { headers: ways[way] }))] as const));
      for (const [way, got] of await Promise.all(asked)) assert.deepEqual(got, { status: 502, type: forms[way], code: 'vms-unreachable' });
    } finally {
      all.standIn.fault = () => null;
    }
    await served(path);
  });

  for (const [mode, code, status] of [['dies', 'render-failed', 500], ['absent', 'render-failed', 500]] as const)
    it(`ffmpeg ${mode}: ${status} ${code}; the viewing that was begun stands recorded, and that it was stopped`, async () => {
      const path = video(++event);
      const back = mode === 'absent' ? ffmpeg.away() : () => ffmpeg.mode(null);
      if (mode === 'dies') ffmpeg.mode(mode);
      try {
        const told = await closed(guard, path, status, code);
        assert.deepEqual([told.filter((it) => it === 'access-stopped').length, told.includes('footage-played')], [1, true], String(told));
        // It says no, too, in some form that needs no ffmpeg.
        const other = await stranger.ask('index.php?view=view_video&eid=20', { headers: ways.picture });
        assert.deepEqual([other.status, other.headers.get('content-type')], [403, 'application/problem+json']);
        assert.ok(errors.includes('notice-undrawn'));
      } finally {
        back();
      }
      await served(path);
    });

  it('ffmpeg breaks off in the middle: so does the answer, it is recorded, and nothing of it is kept for the next', async () => {
    const path = video(++event);
    const before = (await entries()).length;
    ffmpeg.mode('breaks');
    try {
      for (const way of ['player', 'program'] as const) {
        const got = await guard.ask(path, { headers: ways[way] }).then(async (it) => ({ status: it.status, whole: await it.arrayBuffer().then(() => true, () => false) }));
        assert.ok(got.status >= 500 || !got.whole, `${way} ${got.status}`);
      }
    } finally {
      ffmpeg.mode(null);
    }
    for (let tries = 0; tries < 500 && !(await entries()).slice(before).some((it) => it.event === 'access-stopped'); tries++);
    assert.ok((await entries()).slice(before).some((it) => it.event === 'access-stopped'));
    await served(path);
  });

  it('ffmpeg hangs: not a byte comes; who leaves leaves nothing behind, and it is no attempt', async () => {
    const path = video(++event);
    ffmpeg.mode('hangs');
    try {
      const leave = new AbortController();
      const before = (await entries()).length;
      const asked = guard.ask('cgi-bin/nph-zms?mode=jpeg&event=' + event, { signal: leave.signal }).then(() => 'answered', () => 'nothing came');
      while ((await childrenCalled('sleep')).length === 0) await new Promise((resolve) => setImmediate(resolve));
      leave.abort();
      assert.equal(await asked, 'nothing came');
      while ((await childrenCalled('sleep')).length > 0) await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual((await entries()).slice(before).map((it) => it.event), ['footage-played']);
    } finally {
      ffmpeg.mode(null);
    }
    await served(path);
  });

  it('what the system sends as a page is footage: the answer is broken off or 502, in every way of asking, and rings', async () => {
    for (const way of Object.keys(ways) as Way[]) {
      const before = (await entries()).length;
      all.answer = () => ({ headers: { 'content-type': 'text/html' }, body: all.standIn.events[0]!.film! });
      try {
        const got = await guard.ask('index.php?view=console', { headers: ways[way] }).then(told, () => null);
        if (got) assert.deepEqual(got, { status: 502, type: forms[way], code: 'vms-fault' });
      } finally {
        all.answer = () => undefined;
      }
      for (let tries = 0; tries < 500 && (await entries()).length === before; tries++);
      assert.deepEqual((await entries()).slice(before).map((it) => it.event), ['guard-hit']);
    }
  });

  /** Of this process, bytes of a file: a disk that is full from there on. */
  const limit = (bytes: string): Promise<unknown> => run('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);

  it('no room for a copy: the answer is broken off or 507, and none of it is kept', async () => {
    const path = video(++event);
    const before = (await entries()).length;
    const file = await openSqlite(`${all.gate.folder}/data/store.sqlite`);
    file.prepare('pragma wal_checkpoint(truncate)').all([]);
    file.close();
    const sizes = ['store.sqlite', 'journal/entries.ndjson'].map((name) => fs.statSync(`${all.gate.folder}/data/${name}`).size);
    await limit(String(Math.max(...sizes) + 49_152));
    try {
      for (const way of Object.keys(ways) as Way[]) {
        const got = await guard.ask(path, { headers: ways[way] }).then(async (it) => ({ status: it.status, whole: await it.arrayBuffer().then(() => true, () => false) }));
        assert.ok(got.status === 507 || !got.whole, `${way} ${JSON.stringify(got)}`);
      }
    } finally {
      await limit('unlimited');
    }
    assert.ok((await entries()).slice(before).some((it) => it.event === 'access-stopped'));
    await served(path);
  });

  it('the journal takes no entry: 503 journal-unwritable, for who has a reason, who has none, and who looks live; then it goes on', async () => {
    const [path, other] = [video(++event), video(20)];
    const { link } = (await (await guard.ask(other)).json()) as { link: string };
    const duty = await all.client('duty');
    // So long that the limit below meets it, and neither the database beside it nor a copy.
    const most = 400_000;
    const book = `${all.gate.folder}/data/journal/entries.ndjson`;
    for (let count = 0; fs.statSync(book).size < most; count += 20)
      await Promise.all(Array.from({ length: 20 }, async (_, at) => (await guard.ask(`no-such-place/${count + at}/${'x'.repeat(60)}`)).arrayBuffer()));
    const file = await openSqlite(`${all.gate.folder}/data/store.sqlite`);
    file.prepare('pragma wal_checkpoint(truncate)').all([]);
    file.close();
    ahead += 61_000;
    const size = fs.statSync(book).size;
    await limit(String(size));
    try {
      assert.deepEqual(await closed(guard, path, 503, 'journal-unwritable'), []);
      assert.deepEqual(await closed(guard, other, 503, 'journal-unwritable'), []);
      assert.deepEqual(await closed(duty, 'cgi-bin/nph-zms?mode=jpeg&monitor=1', 503, 'journal-unwritable'), []);
      assert.deepEqual(await closed(guard, `cgi-bin/nph-zms?mode=jpeg&event=${event}`, 503, 'journal-unwritable'), []);
      assert.deepEqual(await closed(await all.client('keeper'), 'index.php?view=options', 503, 'journal-unwritable'), []);
      assert.equal((await sayWhy(link)).status, 503, 'nor is a reason taken');
      assert.equal(fs.statSync(book).size, size);
    } finally {
      await limit('unlimited');
    }
    await served(path);
    assert.equal((await sayWhy(link)).status, 303);
  });

  // Last: the gate does not come back from it.
  it('the policy: files with faults put nothing out of force; a gate whose policy is gone, or not what it was, answers nobody', async () => {
    const desk = all.gate as PolicyDesk;
    desk.again();
    const { faults } = await desk.propose({ 'tier-3.csv': 'p, nobody knows what this is' });
    assert.ok(faults.length > 0);
    await served(video(++event));
    await all.gate.stop();
    const objects = `${all.gate.folder}/data/objects`;
    for (const name of fs.readdirSync(objects, { recursive: true, encoding: 'utf8' })) {
      const place = path.join(objects, name);
      if (fs.statSync(place).isFile()) fs.writeFileSync(place, Buffer.alloc(fs.statSync(place).size));
    }
    const code = await all.gate.restart().then(() => 'started', (thrown: { code?: string }) => thrown.code);
    assert.equal(code, 'object-corrupt');
    await assert.rejects(fetch(all.pages), 'nothing listens there');
    await assert.rejects(fetch(all.gate.url), 'nor here');
    const none = await aGate({ policiesFolder: path.join(folder, 'no-such-folder') }).then(() => 'started', (thrown: { code?: string }) => thrown.code);
    assert.equal(none, 'config-invalid');
  });
});
