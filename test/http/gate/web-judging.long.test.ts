// A play lasts longer than what it was permitted by, and so does a live view: while it lasts it is judged again, and ends with its permission.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import type { Entry } from '../../../plugin/domain/audit-event.js';
import { anEvent, cutPictures } from '../../adapters/zoneminder/films.js';
import { append, replace } from '../../policy/policy-folder.js';
import { beforePages, sayWhy, type BeforePages, type Client } from '../../support/gate/before-pages.js';
import { gatedFfmpeg, type GatedFfmpeg } from '../../support/gate/gated-ffmpeg.js';
import { agree, applyOnPage } from '../../support/gate/application.js';
import { aPolicyDesk, type PolicyDesk } from '../../support/policy-desk.js';

/** More than a judgement lasts. */
const JUDGED_MS = 6_000;

describe('while it is shown it is judged again', function () {
  this.timeout(120_000);
  let all: BeforePages;
  let ffmpeg: GatedFfmpeg;
  let guard: Client;
  let duty: Client;
  let picture: Buffer;
  let ahead = 0;
  let event = 10;
  /** What the system says of the gate’s clock. */
  let isInStep = true;
  const pass = (milliseconds: number): void => void (ahead += milliseconds);
  const desk = (): PolicyDesk => all.gate as PolicyDesk;

  before(async () => {
    const one = await anEvent(11, 0, 6);
    const later = (instant: string, minutes: number): string => new Date(Date.parse(instant) + minutes * 60_000).toISOString();
    ffmpeg = await gatedFfmpeg();
    picture = (await cutPictures({ seconds: 1 }))[0]!;
    all = await beforePages({
      start: aPolicyDesk,
      events: Array.from({ length: 30 }, (_, at) => ({ ...one, id: 11 + at, start: later(one.start, 10 * at), end: later(one.end!, 10 * at) })),
      config: `ffmpeg: { path: ${JSON.stringify(ffmpeg.path)} }`,
      now: () => new Date(Date.now() + ahead),
      synchronised: async () => (isInStep ? 'yes' : 'no'),
    });
  });
  after(async () => {
    await all?.close();
    await ffmpeg?.close();
  });
  beforeEach(async () => {
    // A code of a second factor counts once.
    pass(61_000);
    [guard, duty] = [await all.client('guard'), await all.client('duty')];
    all.gate.again();
  });
  afterEach(async () => {
    if (!isInStep) {
      isInStep = true;
      await (await administrator()).post('/api/v1/clock/acknowledgement', {});
    }
    ffmpeg.mode(null);
    all.standIn.fault = () => null;
    all.answer = () => undefined;
  });

  const stopped = async (): Promise<string[]> =>
    (await fs.promises.readFile(`${all.gate.folder}/data/journal/entries.ndjson`, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Entry)
      .flatMap((it) => (it.event === 'access-stopped' ? [it.data.operation] : []));

  type Play = () => Promise<'whole' | 'broken'>;
  /** Its first bytes are there; what it gives reads it to its end, or to where it is broken off. By Node's own client: `fetch` takes a broken
   *  stream for a whole one where the connection was to be closed behind it. */
  const begin = async (client: Client, path: string): Promise<Play> => {
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get(all.pages + path, { headers: { cookie: client.cookie }, agent: false }, resolve).on('error', reject);
    });
    const pieces = answer.iterator({ destroyOnReturn: false });
    const first = (await pieces.next()) as IteratorResult<Buffer>;
    assert.equal(answer.statusCode, 200, String(first.value));
    return async () => {
      try {
        while (!(await pieces.next()).done);
      } catch {
        return 'broken';
      }
      return answer.complete ? 'whole' : 'broken';
    };
  };

  const linkTo = async (id: number): Promise<string> => ((await (await guard.ask(`index.php?view=view_video&eid=${id}`)).json()) as { link: string }).link;
  /** Under a reason, or under a request that was granted: then its number. */
  const permit = async (id: number, by: 'reason' | 'request'): Promise<string> => {
    const link = await linkTo(id);
    if (by === 'reason') assert.equal((await sayWhy(link)).status, 303);
    else {
      const number = await applyOnPage(link);
      await agree(all.gate, 'user:qhd.hao.security', number);
      return number;
    }
    return '';
  };

  const staff = 'user:qhd.xing.staff';
  type Row = readonly [what: string, how: 'whole' | 'broken', by: 'reason' | 'request', change: (request: string) => Promise<unknown>];
  const administrator = () => all.gate.as('user:root.luo');
  const signOut = async (): Promise<void> => {
    all.standIn.sessions.clear();
    pass(61_000);
  };
  const becomeOther = async (other: string): Promise<void> => {
    for (const session of all.standIn.sessions.keys()) all.standIn.sessions.set(session, other);
    pass(61_000);
  };
  const fallSilent = async (): Promise<void> => {
    all.standIn.fault = ({ query }) => (query.get('request') === 'modal' ? 'broken' : null);
    pass(61_000);
  };
  const rows: readonly Row[] = [
    ['nothing has changed', 'whole', 'reason', async () => undefined],
    ['nothing has changed', 'whole', 'request', async () => undefined],
    ['a hold keeps its request', 'whole', 'request', async (id) => (await all.gate.as('user:qhd.hao.security')).post(`/api/v1/requests/${id}/hold`, { reason: '示例' })],
    ['its request is withdrawn', 'broken', 'request', async (id) => (await all.gate.as(staff)).post(`/api/v1/requests/${id}/withdrawal`, {})],
    ['its reason has ended', 'broken', 'reason', async () => pass(8 * 3_600_000)],
    ['its request has ended', 'broken', 'request', async () => pass(168 * 3_600_000)],
    ['its person has signed out of the system', 'broken', 'reason', signOut],
    ['somebody else has signed in under the session', 'broken', 'reason', () => becomeOther('duty')],
    ['the system does not say any more who it is', 'broken', 'reason', fallSilent],
    ['the gate’s clock is in doubt', 'broken', 'reason', async () => {
      isInStep = false;
      await all.gate.look();
    }],
    ['the policy lets nobody look for a reason', 'broken', 'reason', () => desk().enact({ 'tier-3.csv': append('p, role:security-staff, tier-3, camera:qhd-ho-gate, view, -, *, deny, -') })],
    ['its person’s account is closed', 'broken', 'request', async () => (await administrator()).post(`/api/v1/accounts/${staff.slice(5)}/close`, {})],
  ];
  const forms = [['clip', (id: number) => `index.php?view=view_video&eid=${id}`, 'zm-view-video'], ['pictures', (id: number) => `cgi-bin/nph-zms?mode=jpeg&event=${id}&rate=1000`, 'zms-event']] as const;

  for (const [what, how, by, change] of rows)
    it(`recorded, ${how === 'whole' ? 'goes on' : 'ends'}: ${what} (${by})`, async () => {
      const plays = [];
      for (const [, path, operation] of forms) {
        const id = ++event;
        const request = await permit(id, by);
        ffmpeg.mode('waits');
        plays.push({ request, operation, read: await begin(guard, path(id)) });
        ffmpeg.mode(null);
      }
      const before = (await stopped()).length;
      await change(plays[0]!.request);
      if (by === 'request' && plays[1]!.request && /withdrawn/.test(what)) await change(plays[1]!.request);
      pass(JUDGED_MS);
      const over = plays.map(({ read }) => read());
      ffmpeg.goOn();
      assert.deepEqual(await Promise.all(over), [how, how]);
      const told = (): Promise<string[]> => stopped().then((all) => all.slice(before).sort());
      for (let tries = 0; tries < 500 && how === 'broken' && (await told()).length < 2; tries++);
      assert.deepEqual(await told(), how === 'broken' ? plays.map(({ operation }) => operation).sort() : [], 'that it was ended is recorded');
    });

  const lives: readonly (readonly [what: string, how: 'whole' | 'broken', change: () => Promise<unknown>])[] = [
    ['nothing has changed', 'whole', async () => undefined],
    ['its person has signed out of the system', 'broken', signOut],
    ['somebody else has signed in under the session', 'broken', () => becomeOther('keeper')],
    ['the system does not say any more who it is', 'broken', fallSilent],
    ['the policy lets them watch no more', 'broken', () => desk().enact({ 'tier-3.csv': replace('p, role:duty-manager, tier-3, camera:*, live, -, *, allow, -\n', '') })],
    ['their account is closed', 'broken', async () => (await administrator()).post('/api/v1/accounts/qhd.lian.duty/close', {})],
  ];
  for (const [what, how, change] of lives)
    it(`live, ${how === 'whole' ? 'goes on' : 'ends'}: ${what}`, async () => {
      let goOn = (): void => undefined;
      const told = new Promise<void>((resolve) => (goOn = resolve));
      const part = Buffer.concat([Buffer.from(`--ZoneMinderFrame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`), picture, Buffer.from('\r\n')]);
      const stream = async function* () {
        yield part;
        yield part;
        await told;
        for (let count = 0; count < 5; count++) yield part;
        yield Buffer.from('--ZoneMinderFrame--\r\n');
      };
      all.answer = (target) => (/nph-zms/.test(target) ? { headers: { 'content-type': 'multipart/x-mixed-replace; boundary=ZoneMinderFrame' }, body: stream() } : undefined);
      if (/closed/.test(what)) await desk().enact({ 'tier-3.csv': append('# as it was') });
      const read = await begin(duty, 'cgi-bin/nph-zms?mode=jpeg&monitor=1');
      const before = (await stopped()).length;
      await change();
      pass(JUDGED_MS);
      const over = read();
      goOn();
      assert.equal(await over, how);
      for (let tries = 0; tries < 500 && how === 'broken' && (await stopped()).length === before; tries++);
      assert.deepEqual((await stopped()).slice(before), how === 'broken' ? ['zms-live'] : []);
    });
});
