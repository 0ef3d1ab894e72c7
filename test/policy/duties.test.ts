// Duty words: what is read, what is refused, and that the strictest stands whatever the order.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { executions, originals, type Duty } from '../../plugin/domain/duty.js';
import { applyAll, readDuty, strictest } from '../../plugin/policy/strictest.js';

const whole = (most: number) => fc.integer({ min: 1, max: most });
const dutyArbitrary = fc
  .oneof(
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }).map((steps) => `approve:${steps.join('+')}`),
    whole(9).map((n) => `officers:${n}`),
    fc.constant('instrument:notice'),
    fc.tuple(whole(99), whole(99)).map(([soft, more]) => `span:${soft}h/${soft + more}h`),
    whole(64).map((n) => `cameras:${n}`),
    fc.constantFrom(...executions).map((word) => `execute:${word}`),
    fc.constantFrom('text', 'clock', 'text+clock', 'clock+text').map((word) => `mark:${word}`),
    fc.constant('original:with'),
    whole(99).map((n) => `downloads:${n}`),
    whole(8784).map((n) => `expires:${n}h`),
  )
  .map((word) => readDuty(word) as Duty);

describe('duties', () => {
  // prettier-ignore
  const read = [
    ['approve:unit-head+evidence-clerk', { kind: 'approve', steps: ['evidence-clerk', 'unit-head'] }],
    ['officers:2', { kind: 'officers', least: 2 }],
    ['instrument:notice', { kind: 'instrument', need: 'notice' }],
    ['span:4h/24h', { kind: 'span', softHours: 4, hardHours: 24 }],
    ['cameras:8', { kind: 'cameras', most: 8 }],
    ['execute:dual-not-manager', { kind: 'execute', by: 'dual-not-manager' }],
    ['mark:clock+text', { kind: 'mark', marks: ['text', 'clock'] }],
    ['original:with', { kind: 'original', delivery: 'with' }],
    ['downloads:2', { kind: 'downloads', most: 2 }],
    ['expires:72h', { kind: 'expires', hours: 72 }],
  ] as const;
  for (const [word, duty] of read) it(`reads ${word}`, () => assert.deepEqual(readDuty(word), duty));

  // prettier-ignore
  const refused = [
    'officer:2', 'Officers:2', 'officers', 'officers:', 'officers:0', 'officers:02', 'officers:-1', 'officers:2.0', 'officers:1e1', 'officers:10',
    'approve:', 'approve:a++b', 'approve:a+a', 'instrument:paper', 'span:4h', 'span:24h/4h', 'span:4/24', 'span:4h/24h/48h', 'span:0h/1h',
    'cameras:65', 'execute:Dual', 'execute:triple', 'mark:', 'mark:text+logo', 'mark:text+text', 'original:without', 'original:apart', 'original:court', 'downloads:100',
    'expires:72', 'expires:9999h', ':2', '', 'constructor:x', '__proto__:x', 'toString:1',
  ];
  for (const word of refused) it(`refuses “${word}” and says what is right`, () => assert.ok('wanted' in readDuty(word)));

  it('the strictest is the same in every order and grouping, and twice is once', () => {
    fc.assert(
      fc.property(fc.array(dutyArbitrary, { maxLength: 12 }), fc.nat(), fc.nat(12), (duties, seed, cut) => {
        const once = strictest(duties);
        const turned = [...duties].sort((a, b) => (JSON.stringify(a) + seed < JSON.stringify(b) + seed ? 1 : -1));
        assert.deepEqual(strictest(turned), once);
        assert.deepEqual(strictest([...strictest(duties.slice(0, cut)), ...strictest(duties.slice(cut))]), once);
        assert.deepEqual(strictest([...strictest(duties.slice(cut)), ...strictest(duties.slice(0, cut))]), once);
        assert.deepEqual(strictest([...once, ...once]), once);
      }),
    );
  });

  it('adding a duty never makes the rest weaker', () => {
    fc.assert(
      fc.property(fc.array(dutyArbitrary, { maxLength: 8 }), dutyArbitrary, (duties, more) => {
        const [before, after] = [applyAll(duties), applyAll([...duties, more])];
        assert.ok((after.steps ?? []).length >= (before.steps ?? []).length);
        assert.ok((after.officers ?? 0) >= (before.officers ?? 0));
        assert.ok((after.span?.softHours ?? Infinity) <= (before.span?.softHours ?? Infinity));
        assert.ok((after.span?.hardHours ?? Infinity) <= (before.span?.hardHours ?? Infinity));
        assert.ok((after.cameras ?? Infinity) <= (before.cameras ?? Infinity));
        assert.ok(executions.indexOf(after.execute ?? 'single') >= executions.indexOf(before.execute ?? 'single'));
        assert.ok(originals.indexOf(after.original ?? 'with') >= originals.indexOf(before.original ?? 'with'));
        assert.ok((after.marks ?? []).length >= (before.marks ?? []).length);
        assert.ok((after.downloads ?? Infinity) <= (before.downloads ?? Infinity));
        assert.ok((after.expiresHours ?? Infinity) <= (before.expiresHours ?? Infinity));
      }),
    );
  });
});
