// Gaps in what is shown: by the camera's own rhythm, whether or not a key frame follows.
import assert from 'node:assert/strict';
import { watchGaps } from '../../plugin/media/gaps.js';
import type { Sample } from '../../plugin/domain/vms.js';

const every = (step: number, from: number, to: number): number[] => Array.from({ length: Math.round((to - from) / step) }, (_, at) => from + at * step);
/** I P B B: shown 0 3 1 2. */
const reordered = (times: number[]): number[] => times.flatMap((_, at) => (at % 4 === 0 ? [times[at]!, times[at + 3]!, times[at + 1]!, times[at + 2]!] : []));

const table: readonly (readonly [what: string, seconds: number[], gaps: [number, number][]])[] = [
  ['25 pictures a second', every(0.04, 0, 60), []],
  ['25 pictures a second, out of order', reordered(every(0.04, 0, 60)), []],
  ['half a minute missing between two pictures', [...every(0.04, 0, 20), ...every(0.04, 50, 60)], [[20, 50]]],
  ['right behind the first picture', [0, ...every(0.04, 9, 60)], [[0.04, 9]]],
  ['one picture in nine seconds', every(9, 0, 180), []],
  ['one picture in nine seconds, four lost', [...every(9, 0, 45), ...every(9, 81, 180)], [[45, 81]]],
  ['a picture a second', every(1, 0, 60), []],
  ['a few pictures of another time', [...every(0.04, 0, 10), 3000, 3000.04, ...every(0.04, 10, 20)], [[10, 3000]]],
  ['one picture', [0], []],
];

describe('gaps', () => {
  for (const [what, seconds, gaps] of table)
    it(what, () => {
      const watch = watchGaps();
      for (const second of seconds) watch.note({ utcMicros: Math.round(second * 1e6) } as Sample);
      const told = watch.gaps().map(({ from, to }) => [Math.round(from / 1e4) / 100, Math.round(to / 1e4) / 100]);
      assert.deepEqual(told.map(([, to]) => to), gaps.map(([, to]) => to));
      told.forEach(([from], index) => assert.ok(Math.abs(from! - gaps[index]![0]) <= 10, `${from}`));
    });
});
