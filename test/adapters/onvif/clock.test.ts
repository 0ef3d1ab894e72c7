// The recorder's clock from its own words: dates at the ends of months, words left out, numbers out of range.
import assert from 'node:assert/strict';
import { deviceSpanOf, readClock } from '../../../adapters/onvif/clock.js';
import { makeDevice } from '../../../adapters/onvif/device.js';
import type { Reply } from '../../../adapters/onvif/shape-reply.js';
import { makeTranscript } from '../../../adapters/onvif/transcript.js';
import { quick } from './rig.js';

const gateTime = '2026-01-31T23:59:58.000Z';
const utc = (date: string, time: string): Reply => {
  const [[Year, Month, Day], [Hour, Minute, Second]] = [date.split('-'), time.split(':')];
  return { SystemDateAndTime: { UTCDateTime: { Date: { Year, Month, Day }, Time: { Hour, Minute, Second } } } };
};

async function read(reply: Reply): Promise<{ offset: number; uncertainty: number; skew: number | null; anonymous: boolean[]; zoneSuspect: boolean }> {
  const device = makeDevice({ id: 'r', url: 'http://127.0.0.1:9/', user: 'a', password: 'b' }, quick, () => new Date(gateTime));
  let skew: number | null = null;
  const anonymous: boolean[] = [];
  device.soap = {
    loginKind: () => 'none',
    setSkew: (milliseconds) => void (skew = milliseconds),
    call: (_operation, _url, _body, options) => {
      anonymous.push(options.anonymous ?? false);
      return Promise.resolve(reply);
    },
  };
  const { offsetMs, uncertaintyMs, measuredAt, zoneSuspect } = await readClock(device, {
    signal: new AbortController().signal,
    transcript: makeTranscript(),
  });
  assert.equal(measuredAt, gateTime);
  return { offset: offsetMs, uncertainty: uncertaintyMs, skew, anonymous, zoneSuspect };
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
  const local = (zone: string, summer = 'false', time = '07:59:58', date = '2026-02-01'): Reply => ({
    SystemDateAndTime: {
      DaylightSavings: summer,
      TimeZone: { TZ: zone },
      LocalDateTime: (utc(date, time) as { SystemDateAndTime: { UTCDateTime: Reply } }).SystemDateAndTime.UTCDateTime,
    },
  });
  const guessed: [string, Reply, number][] = [
    ['CST-8', local('CST-8'), 0],
    ['<+08>-8:00', local('<+08>-8:00'), 0],
    ['CST-08:00:00', local('CST-08:00:00'), 0],
    ['EST5', local('EST5', 'false', '18:59:58', '2026-01-31'), 0],
  ];
  for (const [name, reply, offset] of guessed)
    it(`local time in ${name}, no UTC → ${offset} ms, and a person has to look`, async () => {
      const { offset: measured, zoneSuspect } = await read(reply);
      assert.ok(Math.abs(measured - offset) < 100, `measured ${measured}`);
      assert.equal(zoneSuspect, true);
    });

  const suspicions: [string, boolean][] = [
    ['23:59:58', false], // right
    ['23:39:58', false], // twenty minutes: a wrong clock
    ['23:29:58', true],
    ['22:59:00', true],
    ['15:59:58', true], // eight hours: local time in place of UTC
    ['15:44:58', false], // a quarter past is no zone
    ['15:57:30', false], // more than two minutes beside it
    ['15:58:30', true],
  ];
  for (const [time, suspect] of suspicions)
    it(`${time} for 23:59:58 → ${suspect ? 'smells of a zone' : 'no zone'}`, async () =>
      assert.equal((await read(utc('2026-01-31', time))).zoneSuspect, suspect));

  const span = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:00:05.000Z' };
  const asked: [number, number, 'beijing' | 'recorder' | undefined, string][] = [
    [999, 1000, undefined, '02:00:00.000'],
    [1001, 1000, undefined, '02:00:01.001'],
    [-61_000, 1000, 'beijing', '01:58:59.000'],
    [-61_000, 1000, 'recorder', '02:00:00.000'],
  ];
  for (const [offsetMs, uncertaintyMs, basis, from] of asked)
    it(`an offset of ${offsetMs} ± ${uncertaintyMs} ms, ${basis ?? 'no'} basis → asks from ${from}`, () => {
      const reading = { measuredAt: gateTime, offsetMs, uncertaintyMs, zoneSuspect: false };
      const device = deviceSpanOf({ ...span, basis }, reading);
      assert.equal(device.from, `2026-03-01T${from}Z`);
      assert.equal(Date.parse(device.to) - Date.parse(device.from), 5000);
      assert.deepEqual(Object.keys(device), ['from', 'to']);
    });

  const refused: [string, Reply][] = [
    ['local time only', { SystemDateAndTime: { LocalDateTime: {} } }],
    ['no month', { SystemDateAndTime: { UTCDateTime: { Date: { Year: '2026' }, Time: {} } } }],
    ['month 13', utc('2026-13-01', '00:00:00')],
    ['hour x', utc('2026-01-01', 'x:00:00')],
    ['nothing', ''],
    ['local time in summer', local('CST-8', 'true')],
    ['local time in a zone with rules', local('CET-1CEST,M3.5.0,M10.5.0/3')],
    ['local time in a zone that is none', local('Asia/Shanghai')],
    ['local time 20 hours east', local('ABC-20')],
  ];
  for (const [name, reply] of refused) it(`${name} → vms-fault`, () => assert.rejects(read(reply), { code: 'vms-fault' }));
});
