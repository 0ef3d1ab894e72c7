// Which units of a replay belong to the span: times as tables, `k` marks a key unit, seconds count from the start of the span.
import assert from 'node:assert/strict';
import type { AccessUnit } from '../../../adapters/onvif/rtsp/depacketize.js';
import { trimToSpan } from '../../../adapters/onvif/trim-to-span.js';
import type { PullReport } from '../../../plugin/domain/vms.js';

const span = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:00:10.000Z' };
const start = Date.parse(span.from) * 1000;

async function* unitsAt(times: readonly string[]): AsyncGenerator<AccessUnit, PullReport['end']> {
  for (const time of times)
    yield {
      utcMicros: start + Math.round(Number(time.replace('k', '')) * 1e6),
      key: time.endsWith('k'),
      nals: [Buffer.from(time)],
      sequence: [0, 0],
      flags: { c: false, e: false, d: false, t: false },
    };
  return 'bye';
}

async function trim(times: readonly string[]): Promise<string> {
  const samples = trimToSpan(unitsAt(times), span);
  const out: string[] = [];
  for (;;) {
    const step = await samples.next();
    if (step.done) return [...out, step.value].join(' ');
    out.push(`${step.value.preRoll ? 'pre:' : ''}${step.value.data.toString('latin1', 4)}`);
  }
}

describe('trimming to the span', () => {
  const rows: [string, string[], string][] = [
    ['lead-in from the key frame', ['-2k', '-1', '0', '1k', '2'], 'pre:-2k pre:-1 0 1k 2 bye'],
    ['lead-in from the last key frame only', ['-4k', '-3', '-2k', '-1', '0.5'], 'pre:-2k pre:-1 0.5 bye'],
    ['none where a key frame stands at the border', ['-2k', '-1', '0k', '1'], '0k 1 bye'],
    ['lead-in before a hole is kept', ['-2k', '-1', '3k', '4'], 'pre:-2k pre:-1 3k 4 bye'],
    ['nothing before the first key frame', ['-1', '0', '1', '2k', '3'], '2k 3 bye'],
    ['the end does not belong to it', ['0k', '9.999999', '10', '10.1', '11'], '0k 9.999999 past-span'],
    ['pictures out of order at the end', ['0k', '9.7', '10.1', '9.8', '9.9', '10.4', '12'], '0k 9.7 9.8 9.9 past-span'],
    ['a key frame at the end ends it', ['0k', '9', '10k', '9.5'], '0k 9 past-span'],
  ];
  for (const [name, times, out] of rows) it(name, async () => assert.equal(await trim(times), out));

  const refused: [string, string[], string][] = [
    ['nothing', [], 'footage-missing'],
    ['only lead-in', ['-2k', '-1'], 'footage-missing'],
    ['only what nobody can decode', ['1', '2'], 'footage-missing'],
    ['only what comes behind', ['10.5k', '11'], 'footage-missing'],
    ['lead-in, then what comes behind', ['-2k', '12k'], 'footage-missing'],
    ['pictures of long before', ['-10.1k', '0'], 'wrong-footage'],
    ['pictures of long after', ['12.1k'], 'wrong-footage'],
    ['a jump back', ['0k', '1', '-2k'], 'wrong-footage'],
  ];
  for (const [name, times, code] of refused) it(`${name} → ${code}`, () => assert.rejects(trim(times), { code }));
});
