// What of a joined course comes out for a span: from the key frame before it to its end, and what its last pictures lean on.
import assert from 'node:assert/strict';
import type { JoinedUnit } from '../../../adapters/zoneminder/join-events.js';
import { trimToSpan } from '../../../adapters/zoneminder/trim-to-span.js';
import type { Sample } from '../../../plugin/domain/vms.js';
import { problemOf } from '../../contract/vms.js';

const zero = Date.parse('2026-03-01T02:00:00Z') * 1000;
const span = { from: '2026-03-01T02:00:02.000Z', to: '2026-03-01T02:00:04.000Z' };

/** `K1.0` a key frame at second 1, `P1.1` another picture, `A1.5` sound; `!` behind it: nothing before is joined to it. */
const units = (text: string): JoinedUnit[] =>
  text.split(' ').filter(Boolean).map((word) => {
    const [, kind, seconds, fresh] = /^([KPA])([\d.]+)(!?)$/.exec(word)!;
    return { track: kind === 'A' ? 1 : 0, utcMicros: zero + Math.round(Number(seconds) * 1e6), key: kind !== 'P', data: Buffer.from(word), fresh: fresh === '!' };
  });

async function* course(text: string): AsyncGenerator<JoinedUnit, void> {
  yield* units(text);
}

async function trim(text: string, sound = false): Promise<{ samples: Sample[]; end: string }> {
  const samples: Sample[] = [];
  const trimmed = trimToSpan(course(text), span, () => sound);
  for (;;) {
    const step = await trimmed.next();
    if (step.done) return { samples, end: step.value };
    samples.push(step.value);
  }
}
const told = ({ data, preRoll, postRoll, flags }: Sample): string => `${preRoll ? '<' : ''}${data.toString().replace('!', '')}${postRoll ? '>' : ''}${flags.d ? '!' : ''}`;

describe('a course cut to its span', () => {
  const table: [string, string, string, string][] = [
    ['begins with the key frame before', 'K0 P0.5 K1 P1.5 P2.5 K3 P3.5 K4 P4.5 K5', '<K1 <P1.5 P2.5 K3 P3.5', 'past-span'],
    ['that lies at the start itself needs none before', 'K1 P1.5 K2 P2.5 K3 K4 K5.5', 'K2 P2.5 K3', 'past-span'],
    ['begins where the recording begins', 'P2.1 P2.2 K2.5 P3 K5.5', 'K2.5 P3', 'past-span'],
    ['ends where the recording ends', 'K1 P2 P3', '<K1 P2 P3', 'closed'],
    ['keeps what its last pictures lean on', 'K2 P4.1 P3.9 P4.3 P4.2 K5.5', 'K2 P4.1> P3.9', 'past-span'],
    ['keeps nothing of before a hole that it begins in', 'K0 P0.5 K3! P3.5 K5.5', 'K3 P3.5', 'past-span'],
    ['tells of a hole inside', 'K1 P2 K3! P3.5 K5.5', '<K1 P2 K3! P3.5', 'past-span'],
    ['keeps pictures of before the span that follow others of it', 'K1 P2.1 P1.9 P2.2 K5.5', '<K1 P2.1 <P1.9 P2.2', 'past-span'],
  ];
  for (const [what, given, expected, end] of table)
    it(what, async () => {
      const found = await trim(given);
      assert.deepEqual([found.samples.map(told).join(' '), found.end], [expected, end]);
    });

  it('has the sound of its span, also where it came before the first picture, and waits for the rest of it', async () => {
    const { samples, end } = await trim('K1 A1.9 A2 A2.1 P2.5 A3.9 K5.5 A3.95 A4.1', true);
    assert.deepEqual([samples.map(told).join(' '), end], ['<K1 A2 A2.1 P2.5 A3.9 A3.95', 'past-span']);
  });

  it('numbers each track by itself', async () => {
    const { samples } = await trim('K1 A2 A2.1 P2.5 P3 K5.5', true);
    assert.deepEqual(samples.map(({ track, sequence }) => `${track}:${sequence[0]}`), ['0:0', '1:0', '1:1', '0:1', '0:2']);
  });

  for (const [what, given, code] of [
    ['nothing at all', '', 'footage-missing'],
    ['nothing of the span', 'K0 P1 P1.9 K5.5', 'footage-missing'],
    ['pictures of it, and no key frame', 'P2.1 P2.2 P3', 'wrong-footage'],
  ] as const)
    it(`${what}: ${code}`, async () => assert.equal((await problemOf(trim(given))).code, code));

  it('whose time stands still ends', async () => {
    async function* still(): AsyncGenerator<JoinedUnit, void> {
      for (;;) yield { track: 0, utcMicros: zero + 2_500_000, key: true, data: Buffer.alloc(64), fresh: false };
    }
    const work = (async () => {
      for await (const _ of trimToSpan(still(), span, () => false));
    })();
    assert.equal((await problemOf(work)).code, 'wrong-footage');
  });
});
