// Which events hold something of a span, and when: by lists that ZoneMinder gives in pages and local times.
import assert from 'node:assert/strict';
import { findEdges, findEvent, findEvents, stretchesOf } from '../../../adapters/zoneminder/events.js';
import { problemOf } from '../../contract/vms.js';
import { calling, deviceOf } from './rig.js';
import { startStandIn, type StandIn, type StandInEvent } from './stand-in.js';

const event = (id: number, start: string, end: string | null, more: Partial<StandInEvent> = {}): StandInEvent => ({
  ...{ id, monitor: 1, start, end, lengthMs: end === null ? 0 : Date.parse(end) - Date.parse(start), frames: 100, film: Buffer.alloc(1) },
  ...more,
});
const at = (time: string): number => Date.parse(`2026-03-01T${time}Z`);
const day = (time: string): string => `2026-03-01T${time}Z`;

describe('events', () => {
  let standIn: StandIn;
  beforeEach(async () => void (standIn = await startStandIn()));
  afterEach(() => standIn.close());
  const idsOf = async (from: number, to: number, zone = 'Asia/Shanghai', monitor = '1'): Promise<number[]> => {
    standIn.zone = zone;
    return (await findEvents(deviceOf(standIn), monitor, { from, to }, zone, calling())).map(({ id }) => Number(id));
  };

  const recorded = [
    event(1, day('01:00:00'), day('01:10:00')),
    event(2, day('01:10:00'), day('01:20:00')),
    // ZoneMinder was ended in the middle of it.
    event(4, day('01:20:00'), null),
    event(5, day('01:40:00'), day('01:50:00')),
    event(6, day('01:50:00'), null),
    event(3, day('01:00:00'), day('02:00:00'), { monitor: 2 }),
  ];
  const table: [string, string, string, number[]][] = [
    ['inside of one', '01:12:00', '01:13:00', [2]],
    ['across two', '01:09:00', '01:11:00', [1, 2]],
    ['at the very end: it may hold the second in which it ends', '01:20:00', '01:20:10', [2, 4]],
    ['before one that may hold pictures of before its start', '00:59:50', '00:59:55', [1]],
    ['long before all', '00:10:00', '00:10:10', []],
    ['in the one that has no end', '01:30:00', '01:30:10', [4]],
    ['behind it: the next one bounds it', '01:45:00', '01:46:00', [5]],
    ['in what is being recorded', '01:55:00', '01:56:00', [6]],
    ['all of it', '00:00:00', '03:00:00', [1, 2, 4, 5, 6]],
  ];
  for (const [what, from, to, ids] of table)
    it(`${what}: ${ids.join(', ') || 'none'}`, async () => {
      standIn.events = [...recorded];
      assert.deepEqual(await idsOf(at(from), at(to)), ids);
    });

  it('come over many pages, each once, in the order of recording', async () => {
    standIn.events = Array.from({ length: 745 }, (_, index) => event(index + 1, new Date(at('01:00:00') + index * 5000).toISOString(), new Date(at('01:00:05') + index * 5000).toISOString()));
    const ids = await idsOf(at('01:00:00'), at('02:02:04'));
    assert.deepEqual(ids, Array.from({ length: 745 }, (_, index) => index + 1));
    const pages = standIn.asked.filter(({ query }) => query.get('direction') === 'asc').map(({ query }) => query.get('page'));
    assert.deepEqual(pages, ['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('that are deleted while they are listed are not taken twice', async () => {
    standIn.events = Array.from({ length: 250 }, (_, index) => event(index + 1, new Date(at('01:00:00') + index * 5000).toISOString(), new Date(at('01:00:05') + index * 5000).toISOString()));
    standIn.fault = ({ query }) => {
      if (query.get('page') === '2') standIn.events = standIn.events.filter(({ id }) => id > 10);
      return null;
    };
    const ids = await idsOf(at('01:00:00'), at('01:20:50'));
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.includes(250));
  });

  it('more than any camera records are refused', async () => {
    standIn.events = [...recorded];
    standIn.claimed = 20_001;
    assert.equal((await problemOf(idsOf(at('00:00:00'), at('03:00:00')))).code, 'vms-fault');
  });

  it('of the hour that a wall clock shows twice are told apart by their order', async () => {
    // Berlin, 25 October 2026: 03:00 CEST becomes 02:00 CET at 01:00 UTC.
    const starts = Array.from({ length: 12 }, (_, index) => Date.parse('2026-10-25T00:00:00Z') + index * 600_000);
    standIn.events = starts.map((start, index) => event(index + 1, new Date(start).toISOString(), new Date(start + 600_000).toISOString()));
    standIn.zone = 'Europe/Berlin';
    const found = await findEvents(deviceOf(standIn), '1', { from: starts[0]!, to: starts[11]! }, 'Europe/Berlin', calling());
    assert.deepEqual(found.map(({ start }) => start), starts);
    assert.deepEqual(await idsOf(Date.parse('2026-10-25T01:21:00Z'), Date.parse('2026-10-25T01:22:00Z'), 'Europe/Berlin'), [9]);
  });

  it('one by its number, with its frames where they are wanted; none that is not there', async () => {
    standIn.events = [event(7, day('01:00:00'), day('01:00:10'), { rows: [[1, 0], [100, 9.9]] })];
    const device = deviceOf(standIn);
    const found = await findEvent(device, '7', 'Asia/Shanghai', calling(), true);
    assert.deepEqual([found?.event.start, found?.event.folder, found?.frames.map(({ FrameId }) => FrameId)], [at('01:00:00'), '1/2026-03-01/7', [1, 100]]);
    assert.deepEqual((await findEvent(device, '7', 'Asia/Shanghai', calling()))?.frames, []);
    assert.equal(await findEvent(device, '8', 'Asia/Shanghai', calling()), null);
  });

  it('the first and the last; none where there is none', async () => {
    standIn.events = [...recorded];
    const edges = await findEdges(deviceOf(standIn), '1', 'Asia/Shanghai', calling());
    assert.deepEqual([edges?.first.id, edges?.last.id], ['1', '6']);
    assert.equal(await findEdges(deviceOf(standIn), '9', 'Asia/Shanghai', calling()), null);
  });

  it('know whether another ends where they begin, and how quick the pictures of the one beside are', async () => {
    const bare = { film: null, frames: 101 };
    standIn.events = [event(1, day('01:00:00'), day('01:00:10'), bare), event(2, day('01:00:12'), day('01:00:22'), bare), event(3, day('01:10:00'), day('01:10:05'), bare)];
    const found = await findEvents(deviceOf(standIn), '1', { from: at('01:00:00'), to: at('01:10:10') }, 'Asia/Shanghai', calling());
    assert.deepEqual(found.map(({ follows, paceBeside }) => [follows, paceBeside]), [[false, 100_000], [true, 50_000], [false, 100_000]]);
    // Also where the neighbour itself is not asked for.
    const [one] = await findEvents(deviceOf(standIn), '1', { from: at('01:00:00'), to: at('01:00:05') }, 'Asia/Shanghai', calling());
    assert.equal(one?.paceBeside, 100_000);
  });

  it('promise what lies between their ends, and what touches is one', async () => {
    standIn.events = [...recorded];
    const found = await findEvents(deviceOf(standIn), '1', { from: at('00:00:00'), to: at('03:00:00') }, 'Asia/Shanghai', calling());
    assert.deepEqual(
      stretchesOf(found, at('01:59:00')).map(({ from, to }) => [new Date(from).toISOString().slice(11, 19), new Date(to).toISOString().slice(11, 19)]),
      // What was broken off promises up to the next one: nobody knows better.
      [['01:00:00', '01:59:00']],
    );
    assert.deepEqual(stretchesOf(found.filter(({ id }) => id !== '4'), at('01:59:00')).length, 2);
  });
});
