// Duty words, all twenty-three kinds: what is read, what is refused, the ways back, and that the strictest stands whatever the order.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  copySounds,
  deliveries,
  efforts,
  encryptions,
  executions,
  marks,
  maskings,
  originals,
  papers,
  workings,
  type Duty,
  type DutyKind,
  type DutyOf,
} from '../../plugin/domain/duty.js';
import { duties, dutyKinds } from '../../plugin/policy/duties/index.js';
import type { DutyCraft } from '../../plugin/policy/duties/reading.js';
import { applyAll, coversAll, dutiesOf, readDuty, strictest, writeDuty } from '../../plugin/policy/strictest.js';
import { anyDuty, dutyOf } from './any-duty.js';

/** `a` is at least as strict as `b`: said once more, in the plainest way, kind by kind. */
const atLeast: { [K in DutyKind]: (a: DutyOf<K>, b: DutyOf<K>) => boolean } = {
  approve: (a, b) => holdsAll(a.steps, b.steps),
  officers: (a, b) => a.least >= b.least && (!a.orRecorded || b.orRecorded),
  instrument: (a, b) => holdsAll(a.papers, b.papers),
  span: (a, b) => a.softHours <= b.softHours && a.hardHours <= b.hardHours,
  cameras: (a, b) => a.most <= b.most,
  'privacy-review': () => true,
  mask: (a, b) => holdsAll(a.of, b.of),
  mark: (a, b) => holdsAll(a.marks, b.marks),
  sound: (a, b) => copySounds.indexOf(a.copies) >= copySounds.indexOf(b.copies),
  encode: (a, b) => efforts.indexOf(a.effort) >= efforts.indexOf(b.effort),
  working: (a, b) => workings.indexOf(a.form) >= workings.indexOf(b.form),
  deliver: (a, b) => deliveries.indexOf(a.what) >= deliveries.indexOf(b.what),
  original: (a, b) => originals.indexOf(a.delivery) >= originals.indexOf(b.delivery),
  encrypt: (a, b) => encryptions.indexOf(a.need) >= encryptions.indexOf(b.need),
  downloads: (a, b) => a.most <= b.most,
  expires: (a, b) => a.hours <= b.hours,
  retain: (a, b) => a.days <= b.days,
  register: (a, b) => a.years >= b.years,
  sla: (a, b) => a.verifyHours <= b.verifyHours && a.totalHours <= b.totalHours,
  paper: (a, b) => a.hours <= b.hours,
  execute: (a, b) => executions.indexOf(a.by) >= executions.indexOf(b.by),
  'review-after': (a, b) => a.percent >= b.percent && a.days <= b.days,
  inspect: (a, b) => holdsAll(a.steps, b.steps),
};
const holdsAll = (a: readonly string[], b: readonly string[]): boolean => b.every((it) => a.includes(it));
const craft = (kind: DutyKind) => duties[kind] as unknown as DutyCraft<DutyKind>;
const isAtLeast = (a: Duty, b: Duty): boolean => a.kind === b.kind && (atLeast[a.kind] as (a: Duty, b: Duty) => boolean)(a, b);

describe('duty words', () => {
  // prettier-ignore
  const read: [string, Duty][] = [
    ['approve:unit-head+evidence-clerk', { kind: 'approve', steps: ['evidence-clerk', 'unit-head'] }],
    ['officers:2', { kind: 'officers', least: 2, orRecorded: false }],
    ['officers:9', { kind: 'officers', least: 9, orRecorded: false }],
    ['officers:2/recorded', { kind: 'officers', least: 2, orRecorded: true }],
    ['instrument:notice', { kind: 'instrument', papers: ['notice'] }],
    ['instrument:approval+notice', { kind: 'instrument', papers: ['notice', 'approval'] }],
    ['span:4h/24h', { kind: 'span', softHours: 4, hardHours: 24 }],
    ['span:2h/2h', { kind: 'span', softHours: 2, hardHours: 2 }],
    ['cameras:8', { kind: 'cameras', most: 8 }],
    ['privacy-review:officer', { kind: 'privacy-review', by: 'officer' }],
    ['mask:plates+faces', { kind: 'mask', of: ['faces', 'plates'] }],
    ['mark:clock+text', { kind: 'mark', marks: ['text', 'clock'] }],
    ['mark:tile+text', { kind: 'mark', marks: ['text', 'tile'] }],
    ['sound:muted', { kind: 'sound', copies: 'muted' }],
    ['encode:speed', { kind: 'encode', effort: 'speed' }],
    ['encode:quality', { kind: 'encode', effort: 'quality' }],
    ['working:mp4', { kind: 'working', form: 'mp4' }],
    ['deliver:copy', { kind: 'deliver', what: 'copy' }],
    ['deliver:view', { kind: 'deliver', what: 'view' }],
    ['original:with', { kind: 'original', delivery: 'with' }],
    ['original:court', { kind: 'original', delivery: 'court' }],
    ['encrypt:required', { kind: 'encrypt', need: 'required' }],
    ['downloads:2', { kind: 'downloads', most: 2 }],
    ['expires:72h', { kind: 'expires', hours: 72 }],
    ['retain:7d', { kind: 'retain', days: 7 }],
    ['register:5y', { kind: 'register', years: 5 }],
    ['sla:2h/24h', { kind: 'sla', verifyHours: 2, totalHours: 24 }],
    ['paper:24h', { kind: 'paper', hours: 24 }],
    ['execute:dual-not-manager', { kind: 'execute', by: 'dual-not-manager' }],
    ['review-after:100%/30d', { kind: 'review-after', percent: 100, days: 30 }],
    ['inspect:unit-head+evidence-clerk', { kind: 'inspect', steps: ['evidence-clerk', 'unit-head'] }],
  ];
  for (const [word, duty] of read) it(`reads ${word}`, () => assert.deepEqual(readDuty(word), duty));

  it('reads every kind there is', () => {
    assert.equal(dutyKinds.length, 23);
    assert.deepEqual([...new Set(read.map(([, { kind }]) => kind))].sort(), [...dutyKinds].sort());
  });

  // What is refused → what would be right.
  // prettier-ignore
  const refused: Record<string, readonly string[]> = {
    'one of approve, officers, instrument, span, cameras, privacy-review, mask, mark, sound, encode, working, deliver, original, encrypt, downloads, expires, retain, register, sla, paper, execute, review-after, inspect, each followed by : and its value':
      ['officer:2', 'Officers:2', 'officers', ':2', '', 'constructor:x', '__proto__:x', 'toString:1', 'privacy:officer', 'review:10%/90d', ' officers:2'],
    'approve:step+step with steps of steps.csv, each once': ['approve:', 'approve:a++b', 'approve:a+a', 'approve:+'],
    'officers:N with N from 1 to 9, or officers:N/recorded': ['officers:2/Recorded', 'officers:2/recorded/recorded', 'officers:/recorded', 'officers:0/recorded', 'officers:10/recorded', 'officers:2+recorded', 'officers:', 'officers:0', 'officers:02', 'officers:-1', 'officers:2.0', 'officers:1e1', 'officers:10', 'officers:２', 'officers:Infinity'],
    'instrument:notice or instrument:notice+approval': ['instrument:', 'instrument:paper', 'instrument:approval', 'instrument:notice+notice', 'instrument:Notice'],
    'span:SOFTh/HARDh, such as span:4h/24h, soft not above hard': ['span:4h', 'span:24h/4h', 'span:4/24', 'span:4h/24h/48h', 'span:0h/1h', 'span:/', 'span:1h/9999h'],
    'cameras:N with N from 1 to 64': ['cameras:65', 'cameras:0', 'cameras:all'],
    'privacy-review:officer': ['privacy-review:', 'privacy-review:lawyer', 'privacy-review:Officer'],
    'mask: and faces+plates+names, or some of them': ['mask:', 'mask:noses', 'mask:faces+faces', 'mask:faces+'],
    'mark: and text+clock+tile, or some of them': ['mark:', 'mark:text+logo', 'mark:text+text'],
    'sound:muted': ['sound:', 'sound:kept', 'sound:Muted', 'sound:muted+kept', 'sound:off'],
    'encode: and one of speed, balance, quality': ['encode:', 'encode:fast', 'encode:Quality', 'encode:speed+quality', 'encode:21', 'encode:constructor'],
    'working:mp4': ['working:', 'working:none', 'working:mkv', 'working:MP4', 'working:mp4+mkv'],
    'deliver: and one of copy, view': ['deliver:', 'deliver:package', 'deliver:View', 'deliver:copy+view'],
    'original: and one of with, apart, court': ['original:', 'original:without', 'original:apart+court'],
    'encrypt: and one of recommended, required': ['encrypt:', 'encrypt:none', 'encrypt:yes'],
    'downloads:N with N from 1 to 99': ['downloads:0', 'downloads:100'],
    'expires:Nh, such as expires:72h, at most a year': ['expires:72', 'expires:9999h', 'expires:3d', 'expires:0h'],
    'retain:Nd, such as retain:7d, at most ten years': ['retain:7', 'retain:0d', 'retain:3661d', 'retain:7h', 'retain:d'],
    'register:Ny, such as register:3y, at most 30': ['register:3', 'register:0y', 'register:31y', 'register:36m'],
    'sla:VERIFYh/TOTALh, such as sla:2h/24h, the first not above the second': ['sla:2h', 'sla:24h/2h', 'sla:2/24', 'sla:2h/24h/48h', 'sla:0h/1h'],
    'paper:Nh, such as paper:24h': ['paper:', 'paper:24', 'paper:0h', 'paper:1d', 'paper:9999h'],
    'execute: and one of single, dual-not-manager, dual': ['execute:', 'execute:Dual', 'execute:triple'],
    'review-after:PERCENT%/DAYSd, such as review-after:10%/90d': ['review-after:10%', 'review-after:0%/30d', 'review-after:101%/30d', 'review-after:10/90', 'review-after:10%/0d', 'review-after:10%/90d/1d', 'review-after:90d/10%'],
    'inspect:step+step with steps of steps.csv, each once': ['inspect:', 'inspect:a+a'],
  };
  for (const [wanted, words] of Object.entries(refused))
    for (const word of words) it(`refuses “${word}”`, () => assert.deepEqual(readDuty(word), { wanted }));

  it('says of every kind what would be right', () => {
    for (const kind of dutyKinds)
      assert.ok(
        Object.keys(refused).some((wanted) => wanted.startsWith(`${kind}:`)),
        kind,
      );
  });

  it('closed lists are whole: each of their words is read', () => {
    const words = {
      sound: copySounds.slice(1),
      encode: efforts,
      working: workings.slice(1),
      deliver: deliveries.slice(1),
      original: originals,
      encrypt: encryptions,
      execute: executions,
      mark: marks,
      mask: maskings,
      instrument: [papers.join('+'), papers[0]],
    };
    for (const [kind, list] of Object.entries(words))
      for (const word of list) assert.ok('kind' in readDuty(`${kind}:${word}`), `${kind}:${word}`);
  });
});

describe('duties', () => {
  for (const kind of dutyKinds) {
    const one = dutyOf(kind);
    const stricter = (a: Duty, b: Duty): Duty => craft(kind).stricter(a, b);

    it(`${kind}: what is written is read as the same`, () =>
      fc.assert(
        fc.property(one, (duty) => {
          assert.deepEqual(readDuty(writeDuty(duty)), duty);
          assert.deepEqual(craft(kind).read(craft(kind).write(duty as never)), duty);
        }),
      ));

    it(`${kind}: a plan gives back what was put into it, and an empty one nothing`, () => {
      fc.assert(fc.property(one, (duty) => assert.deepEqual(craft(kind).of(craft(kind).apply({}, duty as never)), duty)));
      assert.equal(craft(kind).of({}), null);
    });

    it(`${kind}: the stricter of two is the same either way round, in any grouping, and of one with itself`, () =>
      fc.assert(
        fc.property(one, one, one, (a, b, c) => {
          assert.deepEqual(stricter(a, b), stricter(b, a));
          assert.deepEqual(stricter(stricter(a, b), c), stricter(a, stricter(b, c)));
          assert.deepEqual(stricter(a, a), a);
        }),
      ));

    it(`${kind}: the stricter of two is as strict as each, and coversAll knows it`, () =>
      fc.assert(
        fc.property(one, one, (a, b) => {
          const both = stricter(a, b);
          assert.ok(isAtLeast(both, a) && isAtLeast(both, b));
          assert.ok(coversAll([both], [a, b]));
          assert.equal(coversAll([a], [b]), isAtLeast(a, b));
        }),
      ));
  }

  it('the strictest is the same in every order and grouping, and twice is once', () => {
    fc.assert(
      fc.property(fc.array(anyDuty, { maxLength: 20 }), fc.nat(), fc.nat(20), (all, seed, cut) => {
        const once = strictest(all);
        const turned = [...all].map((duty, at) => [(at * 7919 + seed) % 104_729, duty] as const);
        assert.deepEqual(strictest(turned.sort(([a], [b]) => a - b).map(([, duty]) => duty)), once);
        assert.deepEqual(strictest([...strictest(all.slice(0, cut)), ...strictest(all.slice(cut))]), once);
        assert.deepEqual(strictest([...strictest(all.slice(cut)), ...strictest(all.slice(0, cut))]), once);
        assert.deepEqual(strictest([...once, ...once]), once);
      }),
    );
  });

  it('one duty of each kind stands, in the order of the list of kinds', () => {
    fc.assert(
      fc.property(fc.array(anyDuty, { maxLength: 20 }), (all) => {
        const kinds = strictest(all).map(({ kind }) => kind);
        assert.deepEqual(
          kinds,
          dutyKinds.filter((kind) => all.some((duty) => duty.kind === kind)),
        );
      }),
    );
  });

  it('adding a duty never makes the rest weaker', () => {
    fc.assert(
      fc.property(fc.array(anyDuty, { maxLength: 12 }), anyDuty, (all, more) => {
        assert.ok(coversAll([...all, more], all));
        assert.ok(coversAll([...all, more], [more]));
        for (const duty of all) assert.ok(strictest([...all, more]).some((standing) => isAtLeast(standing, duty)));
        // The same of the terms that a plan gathers.
        assert.ok(coversAll(dutiesOf(applyAll([...all, more])), dutiesOf(applyAll(all))));
      }),
    );
  });

  it('what a plan gathers comes back as duties: the strictest, with the step that a privacy review asks for', () => {
    fc.assert(
      fc.property(fc.array(anyDuty, { maxLength: 12 }), (all) => {
        const back = dutiesOf(applyAll(all));
        assert.deepEqual(dutiesOf(applyAll(back)), back);
        assert.deepEqual(
          back.filter(({ kind }) => kind !== 'approve'),
          strictest(all).filter(({ kind }) => kind !== 'approve'),
        );
      }),
    );
    assert.deepEqual(applyAll([{ kind: 'privacy-review', by: 'officer' }]).steps, ['privacy-officer']);
  });

  // prettier-ignore
  const covers: [string, string, boolean][] = [
    ['officers:2', 'officers:2', true],
    ['officers:2', '', true],
    ['', 'officers:1', false],
    ['officers:2', 'officers:2/recorded', true],
    ['officers:2/recorded', 'officers:2', false],                        // the exception is the softer half
    ['officers:3/recorded', 'officers:2', false],
    ['deliver:view', 'deliver:copy', true],
    ['deliver:copy', 'deliver:view', false],
    ['', 'deliver:copy', false],
    ['sound:muted', '', true],
    ['', 'sound:muted', false],
    ['working:mp4', '', true],
    ['', 'working:mp4', false],
    ['encode:quality', 'encode:balance', true],
    ['encode:balance', 'encode:speed', true],
    ['encode:speed', 'encode:balance', false],                           // the better picture is asked for
    ['paper:24h', 'paper:48h', true],
    ['officers:1 downloads:1', 'officers:2', false],
    ['span:2h/24h', 'span:4h/12h', false],                               // softer in one half
    ['original:court encrypt:required', 'original:with', true],
    ['privacy-review:officer', 'approve:privacy-officer', true],         // the same voice is asked
    ['approve:privacy-officer', 'privacy-review:officer', false],        // the review is more than the voice
    ['approve:a privacy-review:officer', 'approve:a+privacy-officer', true],
    ['review-after:100%/30d', 'review-after:10%/10d', false],
  ];
  for (const [a, b, expected] of covers)
    it(`“${a}” ${expected ? 'covers' : 'does not cover'} “${b}”`, () => {
      const duties = (text: string) =>
        text
          .split(' ')
          .filter(Boolean)
          .map((word) => readDuty(word) as Duty);
      assert.equal(coversAll(duties(a), duties(b)), expected);
    });
});
