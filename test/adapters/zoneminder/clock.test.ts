// ZoneMinder's clock and zone, as its answers tell them.
import assert from 'node:assert/strict';
import { deviceSpanOf, readClock } from '../../../adapters/zoneminder/clock.js';
import { problemOf } from '../../contract/vms.js';
import { calling, deviceOf } from './rig.js';
import { startStandIn, type StandIn } from './stand-in.js';

describe('ZoneMinder’s clock', () => {
  let standIn: StandIn;
  beforeEach(async () => void (standIn = await startStandIn()));
  afterEach(() => standIn.close());

  const table: [string, number, boolean][] = [
    ['in step', 0, false],
    ['ten seconds ahead', 10_000, false],
    ['a quarter of an hour behind', -900_000, false],
    ['eight hours ahead: rather a zone', 8 * 3_600_000, true],
    ['half an hour behind: rather a zone', -1_800_000, true],
  ];
  for (const [what, skewMs, suspect] of table)
    it(what, async () => {
      standIn.skewMs = skewMs;
      const { zone, reading } = await readClock(deviceOf(standIn), calling());
      assert.equal(zone, 'Asia/Shanghai');
      assert.ok(Math.abs(reading.offsetMs - skewMs) <= reading.uncertaintyMs, `${reading.offsetMs} ± ${reading.uncertaintyMs}`);
      assert.ok(reading.uncertaintyMs >= 1000 && reading.uncertaintyMs < 3000);
      assert.equal(reading.zoneSuspect, suspect);
    });

  it('in a zone that nobody knows is no clock', async () => {
    standIn.zone = 'Asia/Atlantis';
    const { code, printed } = await problemOf(readClock(deviceOf(standIn), calling()));
    assert.equal(code, 'vms-fault');
    assert.match(printed, /Timezone/);
  });

  it('that is not told is no clock', async () => {
    standIn.fault = ({ path }) => (path.includes('getTimeZone') ? 'undated' : null);
    assert.equal((await problemOf(readClock(deviceOf(standIn), calling()))).code, 'vms-fault');
  });

  const span = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:01:00.000Z' };
  const reading = (offsetMs: number) => ({ measuredAt: span.from, offsetMs, uncertaintyMs: 1000, zoneSuspect: false });
  const spans: [string, number, 'beijing' | 'recorder' | undefined, string][] = [
    ['an offset that may be none moves nothing', 900, undefined, span.from],
    ['an offset moves the span', 5000, undefined, '2026-03-01T02:00:05.000Z'],
    ['who named it by the recorder’s clock is taken at his word', 5000, 'recorder', span.from],
  ];
  for (const [what, offset, basis, from] of spans) it(what, () => assert.equal(deviceSpanOf({ ...span, basis }, reading(offset)).from, from));
});
