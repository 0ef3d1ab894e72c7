// When the pictures of an event without a film were taken: by the rows that ZoneMinder keeps, each hundredth, and by its length.
import assert from 'node:assert/strict';
import type { ZmEvent } from '../../../adapters/zoneminder/events.js';
import { timesOf } from '../../../adapters/zoneminder/jpeg-event.js';

const event = (frames: number, seconds: number, end: number | null = 1, follows = true): ZmEvent => ({
  ...{ id: '5', monitor: '1', start: 0, end, lengthMs: seconds * 1000, frames, video: '', archived: false, width: 640, height: 360, folder: null, follows, paceBeside: null },
  ...{ snapshotFrame: null, alarmFrame: null },
});
const rows = (...points: [number, number][]) => points.map(([FrameId, Delta]) => ({ EventId: '5', FrameId, Delta }));

describe('pictures without a film', () => {
  /** Frames and seconds of the event; its rows; the pace of the event beside, seconds; picture → seconds from the event's start. */
  const table: [string, ZmEvent, ReturnType<typeof rows>, number | null, [number, number][]][] = [
    ['one row and the length: evenly', event(51, 5), rows([1, 0]), null, [[1, 0], [26, 2.5], [51, 5]]],
    ['each hundredth, and the last by the length', event(250, 29), rows([1, 0], [100, 9.9], [200, 21.9]), null, [[1, 0], [100, 9.9], [150, 15.9], [200, 21.9], [250, 29]]],
    ['more often in an alarm', event(21, 4), rows([1, 0], [10, 0.9], [11, 1.4], [12, 1.9], [21, 4]), null, [[5, 0.4], [11, 1.4], [12, 1.9]]],
    ['no row at all', event(11, 1), [], null, [[1, 0], [11, 1]]],
    // A recorder that has just started: 76 pictures in the time of 48.
    ['pictures of before the start are counted back from the end', event(76, 4.74, 1, false), rows([1, 0]), 0.1, [[76, 4.74], [66, 3.74], [1, -2.76]]],
    ['the same with rows of its own', event(300, 27.4, 1, false), rows([1, 0], [100, 7.4], [200, 17.4]), null, [[300, 27.4], [100, 7.4], [1, -2.5]]],
    ['one that follows another has its own pace', event(76, 4.74), rows([1, 0]), 0.1, [[1, 0], [76, 4.74]]],
    ['it is a little quicker than the one beside: its own pace', event(51, 4.8, 1, false), rows([1, 0]), 0.1, [[1, 0], [51, 4.8]]],
    ['it is still being recorded: on at the pace of the rows', event(1, 0, null), rows([1, 0], [100, 9.9]), null, [[50, 4.9], [120, 11.9]]],
    ['it has just begun: on at the pace of the one beside', event(1, 0, null), rows([1, 0]), 0.1, [[1, 0], [11, 1]]],
    ['rows that go back in time count for nothing', event(101, 10), rows([1, 0], [50, 8], [60, 3]), null, [[50, 8], [101, 10]]],
  ];
  for (const [what, of, given, pace, expected] of table)
    it(what, () => {
      const timeOf = timesOf({ ...of, paceBeside: pace === null ? null : pace * 1e6 }, given);
      assert.deepEqual(expected.map(([frame]) => [frame, Math.round(timeOf(frame) / 10_000) / 100]), expected);
    });
});
