// Local times of zones with and without summer time, there and back.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromLocal, isZone, offsetAt, toLocal } from '../../../adapters/zoneminder/zone.js';

const hour = 3_600_000;

describe('local times', () => {
  const table: [string, string, string[] | null][] = [
    ['Asia/Shanghai', '2026-03-01 10:00:00', ['2026-03-01T02:00:00Z']],
    ['Asia/Shanghai', '2026-01-01 00:00:00', ['2025-12-31T16:00:00Z']],
    // China had summer time from 1986 to 1991.
    ['Asia/Shanghai', '1990-07-01 10:00:00', ['1990-07-01T01:00:00Z']],
    ['PRC', '2026-03-01 10:00:00', ['2026-03-01T02:00:00Z']],
    ['UTC', '2026-03-01 10:00:00', ['2026-03-01T10:00:00Z']],
    ['Asia/Kathmandu', '2026-03-01 10:00:00', ['2026-03-01T04:15:00Z']],
    ['Europe/Berlin', '2026-10-25 02:30:00', ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']],
    ['Europe/Berlin', '2026-10-25 01:59:59', ['2026-10-24T23:59:59Z']],
    ['Europe/Berlin', '2026-10-25 03:00:00', ['2026-10-25T02:00:00Z']],
    // The wall skips that hour: what would have been shown.
    ['Europe/Berlin', '2026-03-29 02:30:00', ['2026-03-29T01:30:00Z']],
    ['Australia/Lord_Howe', '2026-04-05 01:45:00', ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z']],
    ['Asia/Shanghai', '2026-02-30 10:00:00', null],
    ['Asia/Shanghai', '2026-03-01 24:00:00', null],
    ['Asia/Shanghai', '2026-03-01T10:00:00Z', null],
    ['Asia/Shanghai', '0000-00-00 00:00:00', null],
  ];
  for (const [zone, local, instants] of table)
    it(`${local} in ${zone} is ${instants?.join(' or ') ?? 'no time'}`, () =>
      assert.deepEqual(fromLocal(local, zone), instants && instants.map((instant) => Date.parse(instant))));

  it('of an instant is found again, whatever the zone', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'),
        fc.integer({ min: 946_684_800, max: 2_145_916_800 }),
        (zone, seconds) => {
          const ms = seconds * 1000;
          assert.ok(fromLocal(toLocal(ms, zone), zone)?.includes(ms));
          assert.ok(Math.abs(offsetAt(ms, zone)) <= 14 * hour);
        },
      ),
    ));

  for (const zone of ['Mars/Olympus', '', 'x'.repeat(200), '<script>', '../etc/localtime'])
    it(`“${zone.slice(0, 20)}” is no zone`, () => {
      assert.equal(isZone(zone), false);
      assert.throws(() => toLocal(0, zone), RangeError);
    });
});
