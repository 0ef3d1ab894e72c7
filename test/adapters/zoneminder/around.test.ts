// What stands beside the pull: holdings, footage that is kept, accounts, and the examination, whose steps never throw.
import assert from 'node:assert/strict';
import { connect } from '../../../adapters/zoneminder/index.js';
import { never, problemOf } from '../../contract/vms.js';
import { threeEvents } from './films.js';
import { addressOf, quick } from './rig.js';
import { account, startStandIn, type StandIn } from './stand-in.js';

const span = { from: '2026-03-01T02:00:05.000Z', to: '2026-03-01T02:00:15.000Z' };
const row = (Username: string, more: object = {}) => ({ Username, Enabled: 1, Stream: 'View', Events: 'None', Monitors: 'View', System: 'None', APIEnabled: 1, ...more });

describe('around a pull from ZoneMinder', function () {
  this.timeout(30_000);
  let standIn: StandIn;
  beforeEach(async () => void (standIn = await startStandIn({ events: await threeEvents() })));
  afterEach(() => standIn.close());
  const vms = () => connect(addressOf(standIn), { limits: quick });

  it('what is held of a camera', async () => {
    const { rung, from, to, promised } = await vms().holdings({ recording: '1' }, span, never());
    assert.deepEqual([rung, from, to, promised], ['search', '2026-03-01T02:00:00.000Z', '2026-03-01T02:00:32.000Z', [span]]);
    const none = await vms().holdings({ recording: '2' }, span, never());
    assert.deepEqual([none.from, none.to, none.promised], [null, null, []]);
    assert.equal((await problemOf(vms().holdings({ recording: 'front door' }, span, never()))).code, 'footage-missing');
  });

  it('what is kept: the events that hold something of the span, and no others', async () => {
    assert.equal(await vms().keep!({ recording: '1' }, span, never()), 2);
    assert.deepEqual(standIn.events.map(({ archived = false }) => archived), [true, true, false]);
    assert.deepEqual(await vms().kept!({ recording: '1' }, span, never()), { pieces: 2, kept: 2 });
    standIn.events[0]!.archived = false;
    assert.deepEqual(await vms().kept!({ recording: '1' }, span, never()), { pieces: 2, kept: 1 });
    standIn.events[0]!.archived = true;
    assert.deepEqual(await vms().kept!({ recording: '2' }, span, never()), { pieces: 0, kept: 0 });
    const before = standIn.asked.length;
    assert.equal(await vms().keep!({ recording: '1' }, span, never()), 2);
    assert.ok(standIn.asked.slice(before).every(({ form }) => form.get('_method') !== 'PUT'));
    assert.equal(await vms().keep!({ recording: '2' }, span, never()), 0);
  });

  it('what cannot be kept is not said to be', async () => {
    standIn.fault = ({ form }) => (form.get('_method') === 'PUT' ? 'unauthorised' : null);
    assert.equal((await problemOf(vms().keep!({ recording: '1' }, span, never()))).code, 'vms-refused');
  });

  it('who else could watch', async () => {
    standIn.users = [row('admin', { Events: 'Edit', System: 'Edit' }), row('operator', { Events: 'View' }), row('viewer'), row('root', { System: 'Edit' }), row('left', { Events: 'Edit', Enabled: 0 }), row('a\u202eb')];
    const found = await vms().accounts(account, never());
    assert.deepEqual(found.map(({ user, mayReplay }) => [user, mayReplay]), [['admin', true], ['operator', true], ['viewer', false], ['root', true], ['left', false], ['a\uFFFDb', false]]);
    assert.match(found[4]!.level, /switched off/);
    const refused = await problemOf(vms().accounts({ user: 'admin', password: 'open-sesame-47' }, never()));
    assert.deepEqual([refused.code, refused.printed.includes('open-sesame-47')], ['vms-refused', false]);
  });

  const verdicts = async (source: { recording: string } | null = { recording: '1' }) => {
    const { rows, transcript } = await vms().examine(source, never());
    assert.ok(!transcript.includes(account.password) && !/access-\d|refresh-\d|camera-pw-9/.test(transcript));
    return rows;
  };

  it('an examination tells all that an owner can', async () => {
    const rows = await verdicts();
    assert.deepEqual(rows.map(({ what, verdict }) => `${what} ${verdict}`), [
      ...['clock ok', 'device ok', 'login ok', 'search ok', 'coverage warn', 'holdings ok'],
    ]);
  });

  it('an examination of a camera that records pulls five seconds', async () => {
    const last = Math.floor(Date.now() / 1000) * 1000 - 60_000;
    standIn.events = standIn.events.map((event, index) => ({ ...event, start: new Date(last + index * 10_000).toISOString(), end: new Date(last + index * 10_000 + 10_000).toISOString() }));
    const rows = await verdicts(null);
    assert.deepEqual(rows.slice(4).map(({ what, verdict }) => `${what} ${verdict}`), ['coverage ok', 'holdings ok', 'pull ok', 'codecs ok', 'first-picture ok', 'time-stamps warn']);
  });

  for (const [fault, what, words] of [
    ['unauthorised', 'clock', /vms-refused.*API Enabled/],
    ['broken', 'clock', /vms-unreachable.*packet filter/],
    ['shapeless', 'clock', /vms-fault/],
  ] as const)
    it(`an examination of one that answers ${fault} is a row`, async () => {
      standIn.fault = ({ path }) => (path.startsWith('api/') && !path.includes('login') ? fault : null);
      const [first, ...rest] = await verdicts();
      assert.equal(first?.what, what);
      assert.equal(first.verdict, 'no');
      assert.match(first.detail, words);
      assert.deepEqual(rest, []);
    });

  it('an examination names a camera that is not there', async () => {
    const search = (await verdicts({ recording: '7' })).find(({ what }) => what === 'search');
    assert.match(search?.detail ?? '', /7 is not among them/);
  });
});
