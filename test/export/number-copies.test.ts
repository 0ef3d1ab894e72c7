// Copies of a package are counted once each, in the order of its files.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { comparePaths } from '../../plugin/evidence/layout.js';
import type { CameraIndex } from '../../plugin/export/custody.js';
import { numberCopies } from '../../plugin/export/number-copies.js';

/** A camera with parts as `Shelf` names them, so many in each span. */
const aCamera = (camera: string, ...spans: number[]): CameraIndex => {
  let at = 0;
  return {
    camera,
    coverage: { spans: spans.map((count) => ({ parts: Array.from({ length: count }, () => ({ path: `original/${camera}/${String(++at).padStart(2, '0')}.mp4` })) })) },
    artifacts: [],
  } as never;
};

describe('numbers of copies', () => {
  // prettier-ignore
  const table: [what: string, cameras: CameraIndex[], told: Record<string, string>][] = [
    ['one copy', [aCamera('a', 1)], { 'original/a/01.mp4': '1/1' }],
    ['two cameras in the order of their folders, whatever came first', [aCamera('b', 1), aCamera('a', 1)], { 'original/a/01.mp4': '1/2', 'original/b/01.mp4': '2/2' }],
    ['parts through all spans of a camera', [aCamera('a', 1, 2)], { 'original/a/01.mp4': '1/3', 'original/a/02.mp4': '2/3', 'original/a/03.mp4': '3/3' }],
    ['a camera that gave nothing', [aCamera('a', 0), aCamera('b', 1)], { 'original/b/01.mp4': '1/1' }],
    ['a name that begins another one', [aCamera('a', 1), aCamera('a-1', 1)], { 'original/a-1/01.mp4': '1/2', 'original/a/01.mp4': '2/2' }],
    ['nothing at all', [], {}],
  ];
  for (const [what, cameras, told] of table)
    it(what, () => assert.deepEqual(Object.fromEntries([...numberCopies(cameras)].map(([path, { number, of }]) => [path, `${number}/${of}`])), told));

  it('any cameras: each number once, up to how many there are, as the files lie in the package', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-c][a-c0-9-]{0,3}$/), { maxLength: 5 }), fc.integer({ min: 1, max: 99 }), (names, parts) => {
        const numbered = [...numberCopies(names.map((name) => aCamera(name, parts)))].sort(([a], [b]) => comparePaths(a, b));
        assert.deepEqual(numbered.map(([, { number }]) => number), numbered.map((_, at) => at + 1));
        for (const [, { of }] of numbered) assert.equal(of, names.length * parts);
      }),
    ));

  it('the hundredth part of a camera comes behind the ninety-ninth, as its name says', () =>
    assert.equal(numberCopies([aCamera('a', 120)]).get('original/a/100.mp4')?.number, 100));
});
