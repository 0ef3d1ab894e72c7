// Footage over time as signs: what is not whole is never drawn as whole, what is not known never as nothing.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawBar, drawScale, stretchesOf } from '../../plugin/cli/draw-coverage.js';
import { milliseconds, type Span } from '../../plugin/domain/span.js';

const hour = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T03:00:00.000Z' };
const at = (minutes: number): string => new Date(Date.parse(hour.from) + minutes * 60_000).toISOString();
const spans = (...minutes: [number, number][]): Span[] => minutes.map(([from, to]) => ({ from: at(from), to: at(to) }));

describe('draw coverage', () => {
  const table: readonly (readonly [what: string, promised: Span[] | null, bar: string, stretches: string])[] = [
    ['all of it', spans([0, 60]), '████████████', '+60'],
    ['nothing', [], '░░░░░░░░░░░░', '-60'],
    ['unknown', null, '????????????', ''],
    ['a half', spans([0, 30]), '██████░░░░░░', '+30 -30'],
    ['a hole of a minute', spans([0, 22], [23, 60]), '████▒███████', '+22 -1 +37'],
    ['a hole of a second', spans([0, 22], [22 + 1 / 60, 60]), '████▒███████', '+22 -0.02 +37.98'],
    ['footage of a second', spans([22, 22 + 1 / 60]), '░░░░▒░░░░░░░', '-22 +0.02 -37.98'],
  ];
  for (const [what, promised, bar, stretches] of table)
    it(what, () => {
      assert.equal(drawBar(hour, promised, 12), bar);
      const found = promised ? stretchesOf(hour, promised) : [];
      assert.equal(found.map((it) => `${it.footage ? '+' : '-'}${Number((milliseconds(it) / 60_000).toFixed(2))}`).join(' '), stretches);
    });

  it('the scale stands at both ends and in the middle, or in short where there is no room', () => {
    const label = (time: number): string => new Date(time).toISOString().slice(11, 16);
    assert.equal(drawScale(hour, label, 21), '02:00   02:30   03:00');
    assert.equal(drawScale(hour, label, 12), '02:00 – 03:00');
  });

  it('stretches lie end to end over the whole span, whatever is promised', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 3600 }), { maxLength: 20 }), (borders) => {
        const sorted = [...borders].sort((a, b) => a - b);
        const promised = sorted.flatMap((border, index) => (index % 2 ? [{ from: at(sorted[index - 1]! / 60), to: at(border / 60) }] : []));
        const found = stretchesOf(hour, promised);
        assert.equal(found.reduce((sum, it) => sum + milliseconds(it), 0), 3_600_000);
        found.slice(1).forEach((it, index) => assert.equal(it.from, found[index]!.to));
        assert.equal([...drawBar(hour, promised)].length, 60);
      }),
      { numRuns: 100 },
    ));
});
