// The recorder's clock from its own words: dates at the ends of months, words left out, numbers out of range.
import assert from 'node:assert/strict';
import { readClock } from '../../../adapters/onvif/clock.js';
import { makeDevice } from '../../../adapters/onvif/device.js';
import type { Reply } from '../../../adapters/onvif/soap.js';
import { makeTranscript } from '../../../adapters/onvif/transcript.js';
import { quick } from './rig.js';

const gateTime = '2026-01-31T23:59:58.000Z';
const utc = (date: string, time: string): Reply => {
  const [[Year, Month, Day], [Hour, Minute, Second]] = [date.split('-'), time.split(':')];
  return { SystemDateAndTime: { UTCDateTime: { Date: { Year, Month, Day }, Time: { Hour, Minute, Second } } } };
};

async function read(reply: Reply): Promise<{ offset: number; uncertainty: number; skew: number | null; anonymous: boolean[] }> {
  const device = makeDevice({ id: 'r', url: 'http://127.0.0.1:9/', user: 'a', password: 'b' }, quick, () => new Date(gateTime));
  let skew: number | null = null;
  const anonymous: boolean[] = [];
  device.soap = {
    setSkew: (milliseconds) => void (skew = milliseconds),
    call: (_operation, _url, _body, options) => {
      anonymous.push(options.anonymous ?? false);
      return Promise.resolve(reply);
    },
  };
  const { offsetMs, uncertaintyMs, measuredAt } = await readClock(device, {
    signal: new AbortController().signal,
    transcript: makeTranscript(),
  });
  assert.equal(measuredAt, gateTime);
  return { offset: offsetMs, uncertainty: uncertaintyMs, skew, anonymous };
}

describe('the recorder’s clock', () => {
  const rows: [string, Reply, number][] = [
    ['the same second', utc('2026-01-31', '23:59:58'), 0],
    ['the next month', utc('2026-2-1', '0:0:3'), 5000],
    ['a leap second', utc('2026-01-31', '23:59:60'), 2000],
    ['the other year', utc('2025-01-31', '23:59:58'), -31_536_000_000],
    ['a clock that was never set', utc('1970-01-01', '00:03:15'), Date.parse('1970-01-01T00:03:15Z') - Date.parse(gateTime)],
  ];
  for (const [name, reply, offset] of rows)
    it(`${name} → ${offset} ms`, async () => {
      const { offset: measured, uncertainty, skew, anonymous } = await read(reply);
      assert.ok(Math.abs(measured - offset) < 100, `measured ${measured}`);
      assert.ok(uncertainty >= 1000 && uncertainty < 1200);
      assert.equal(skew, measured);
      assert.deepEqual(anonymous, [true, true, true], 'three readings, each without a login');
    });
  const refused: [string, Reply][] = [
    ['local time only', { SystemDateAndTime: { LocalDateTime: {} } }],
    ['no month', { SystemDateAndTime: { UTCDateTime: { Date: { Year: '2026' }, Time: {} } } }],
    ['month 13', utc('2026-13-01', '00:00:00')],
    ['hour x', utc('2026-01-01', 'x:00:00')],
    ['nothing', ''],
  ];
  for (const [name, reply] of refused) it(`${name} → vms-fault`, () => assert.rejects(read(reply), { code: 'vms-fault' }));
});
