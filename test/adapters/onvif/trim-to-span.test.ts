// Which units of a replay belong to the span: times as tables, `k` marks a key unit, `a` a unit of audio, seconds count from the start of the span.
import assert from 'node:assert/strict';
import type { AccessUnit } from '../../../adapters/onvif/rtsp/access-unit.js';
import { trimToSpan } from '../../../adapters/onvif/trim-to-span.js';
import type { PullReport } from '../../../plugin/domain/vms.js';

const span = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:00:10.000Z' };
const start = Date.parse(span.from) * 1000;

async function* unitsAt(times: readonly string[], bytes = 0): AsyncGenerator<AccessUnit, PullReport['end']> {
  for (const time of times)
    yield {
      track: time.endsWith('a') ? 1 : 0,
      utcMicros: start + Math.round(Number(time.replace(/[ka]/, '')) * 1e6),
      counted: false,
      key: /[ka]$/.test(time),
      data: bytes ? Buffer.alloc(bytes) : Buffer.from(time),
      sequence: [0, 0],
      flags: { c: false, e: false, d: false, t: false },
    };
  return 'bye';
}

async function trim(times: readonly string[], bytes = 0): Promise<string> {
  const samples = trimToSpan(unitsAt(times, bytes), span, () => (times.some((time) => time.endsWith('a')) ? [1] : []));
  const out: string[] = [];
  for (;;) {
    const step = await samples.next();
    if (step.done) return [...out, step.value].join(' ');
    const { preRoll, postRoll, data } = step.value;
    out.push(`${preRoll ? 'pre:' : ''}${postRoll ? 'post:' : ''}${data.toString('latin1')}`);
  }
}

/** A picture each second. */
const seconds = (first: number, last: number): string[] => Array.from({ length: last - first + 1 }, (_, index) => String(first + index));

describe('trimming to the span', () => {
  const rows: [string, string[], string][] = [
    ['lead-in from the key frame', ['-2k', '-1', '0', '1k', '2'], 'pre:-2k pre:-1 0 1k 2 bye'],
    ['lead-in from the last key frame only', ['-4k', '-3', '-2k', '-1', '0.5'], 'pre:-2k pre:-1 0.5 bye'],
    ['none where a key frame stands at the border', ['-2k', '-1', '0k', '1'], '0k 1 bye'],
    ['lead-in before a hole is kept', ['-2k', '-1', '3k', '4'], 'pre:-2k pre:-1 3k 4 bye'],
    ['nothing before the first key frame', ['-1', '0', '1', '2k', '3'], '2k 3 bye'],
    ['the end does not belong to it', ['0k', '9.999999', '10', '10.1', '11'], '0k 9.999999 past-span'],
    ['what a picture of the span leans on is kept behind its end', ['0k', '9.7', '10.1', '9.8', '9.9', '10.4', '12'], '0k 9.7 post:10.1 9.8 9.9 past-span'],
    ['leading pictures of a key frame at the end', ['0k', '9', '10k', '9.5', '9.8', '10.1', '11'], '0k 9 post:10k 9.5 9.8 past-span'],
    ['nothing behind the end that no picture leans on', ['0k', '9', '10k', '10.1', '10.2', '12'], '0k 9 past-span'],
    ['leading pictures of the key frame where it begins are left out', ['-1k', '-1.2', '-1.1', '-0.5', '0'], 'pre:-1k pre:-0.5 0 bye'],
    ['leading pictures before a key frame at the border', ['-2k', '-1', '0k', '-0.2', '-0.1', '1'], '0k 1 bye'],
    ['leading pictures inside the span', ['-2k', '-1', '0.5k', '0.2', '0.3', '1'], 'pre:-2k pre:-1 0.5k 0.2 0.3 1 bye'],
    ['audio is cut at both ends', ['-2k', '-1a', '-0.1a', '0', '0a', '1a', '5', '9.9a', '10a', '11.5'], 'pre:-2k 0 0a 1a 5 9.9a past-span'],
    ['audio before the first picture waits for it', ['-2k', '0a', '0.1a', '0.2', '0.3a'], 'pre:-2k 0a 0.1a 0.2 0.3a bye'],
    ['audio a little behind the pictures', ['0k', '1a', '9.9', '11', '9.8a', '9.9a', '10a', '11.1'], '0k 1a 9.9 9.8a 9.9a past-span'],
    ['audio that lags by seconds', ['0k', '1a', '9.9', '11', '11.5', '12', '9.9a', '10a', '12.1'], '0k 1a 9.9 9.9a past-span'],
    ['audio that ended long before', ['0k', '1a', '9.9', ...seconds(11, 20), '9.95a'], '0k 1a 9.9 past-span'],
    ['audio that lags, where nothing was recorded behind the end', ['0k', '1a', '9.9', '60k', ...seconds(61, 68), '9.95a', '68.5a'], '0k 1a 9.9 9.95a past-span'],
    ['audio that never came', ['0k', '9.9', '11', '12', '1a', '12.1'], '0k 9.9 1a bye'],
  ];
  for (const [name, times, out] of rows) it(name, async () => assert.equal(await trim(times), out));

  const refused: [string, string[], string][] = [
    ['nothing', [], 'footage-missing'],
    ['only lead-in', ['-2k', '-1'], 'footage-missing'],
    ['only what nobody can decode', ['1', '2'], 'wrong-footage'],
    ['only what comes behind', ['10.5k', '11'], 'footage-missing'],
    ['lead-in, then what comes behind', ['-2k', '12k'], 'footage-missing'],
    ['only audio', ['0a', '1a'], 'footage-missing'],
    ['a jump back', ['0k', '1', '-2k'], 'wrong-footage'],
  ];
  it('bounds what is sent while the time stands still, creeps, or is before the span', async () => {
    const many = (count: number, time: (index: number) => number): string[] => ['0k', ...Array.from({ length: count }, (_, index) => time(index).toFixed(6))];
    await assert.rejects(trim(many(3500, () => 1)), { code: 'wrong-footage' });
    await assert.rejects(trim(many(3500, (index) => index / 1e6)), { code: 'wrong-footage' });
    await assert.rejects(trim(many(70, () => 1), 1_000_000), { code: 'wrong-footage' });
    await assert.rejects(trim(['-9k', ...Array.from({ length: 70 }, (_, index) => (index / 10 - 8).toFixed(1))], 1_000_000), { code: 'vms-fault' });
    assert.match(await trim(many(60, (index) => index / 10), 1_000_000), /bye$/);
  });
  for (const [name, times, code] of refused) it(`${name} → ${code}`, () => assert.rejects(trim(times), { code }));
});
