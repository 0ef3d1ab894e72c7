// The draw for review afterwards: fixed by its seed, fair over many, and told so that a stranger draws the same with a shell.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isDrawn, isReviewDue } from '../../plugin/domain/draw-review.js';

const seedOf = (number: number): string => createHash('sha256').update(`seed ${number}`).digest('hex');
const many = Array.from({ length: 10_000 }, (_, number) => seedOf(number));

describe('the draw', () => {
  // printf 'exportgate/review-after\n%s' SEED | sha256sum: the first eight digits, as a share of 2^32.
  const table: readonly (readonly [byte: string, first: string, notAt: number])[] = [
    ['00', 'ad089764', 67],
    ['ab', '6e1aa81f', 43],
    ['ff', '9a0810b6', 60],
  ];
  for (const [byte, first, notAt] of table)
    it(`of 32 bytes ${byte} begins with ${first}: not drawn at ${notAt}%, drawn at ${notAt + 1}%`, () => {
      const seed = byte.repeat(32);
      assert.equal(createHash('sha256').update(`exportgate/review-after\n${seed}`).digest('hex').slice(0, 8), first);
      assert.deepEqual([isDrawn(seed, notAt), isDrawn(seed, notAt + 1)], [false, true]);
    });

  it('at 100% falls on every release', () => assert.ok(many.every((seed) => isDrawn(seed, 100))));

  it('who is drawn at a percentage is drawn at every larger one', () => {
    for (const seed of many.slice(0, 500)) {
      const least = Array.from({ length: 100 }, (_, at) => at + 1).find((percent) => isDrawn(seed, percent))!;
      for (let percent = least; percent <= 100; percent++) assert.ok(isDrawn(seed, percent), `${seed} at ${percent}`);
    }
  });

  for (const percent of [1, 10, 50, 99])
    it(`at ${percent}% falls on ${percent} in a hundred, over many`, () => {
      const share = (many.filter((seed) => isDrawn(seed, percent)).length / many.length) * 100;
      // Three standard deviations; the seeds are fixed, so this holds or does not.
      assert.ok(Math.abs(share - percent) < 3 * Math.sqrt((percent * (100 - percent)) / many.length), `${share}%`);
    });
});

describe('a review is due', () => {
  const draw = { percent: 10, seed: '00', drawn: true, dueAt: '2026-03-01T00:00:00.000Z' };
  const reviewedAfter = { finding: 'in-order' as const, by: 'p-x', at: '2026-03-01T00:00:00.000Z' };
  const table: readonly (readonly [what: string, state: Parameters<typeof isReviewDue>[0], due: boolean])[] = [
    ['before the release', { draw: null, reviewedAfter: null }, false],
    ['drawn', { draw, reviewedAfter: null }, true],
    ['not drawn', { draw: { ...draw, drawn: false }, reviewedAfter: null }, false],
    ['drawn and reviewed', { draw, reviewedAfter }, false],
  ];
  for (const [what, state, due] of table) it(`${what}: ${due}`, () => assert.equal(isReviewDue(state), due));
});
