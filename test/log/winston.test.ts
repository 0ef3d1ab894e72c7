// Lines for operators: closed list of fields, no forging, nothing lost at the end.
import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import type { Level, Line } from '../../plugin/domain/log.js';
import { Problem } from '../../plugin/domain/problem.js';
import { makeLog } from '../../plugin/log/winston.js';

const now = () => new Date('2026-03-01T02:00:00Z');

interface Written {
  at: string;
  level: string;
  event: string;
  data: Record<string, unknown>;
}

async function written(lines: [Level, Line][], level: Level = 'info'): Promise<{ raw: string; lines: Written[] }> {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const { log, closeLog } = makeLog({ level, stream, now });
  for (const [grade, line] of lines) log(grade, line);
  await closeLog();
  const raw = Buffer.concat(chunks).toString();
  return {
    raw,
    lines: raw
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text) as Written),
  };
}

describe('log', () => {
  it('writes one JSON line with level, time and event of its own', async () => {
    const { raw, lines } = await written([['info', { event: 'request-answered', status: 200, ms: 3, reasons: ['row-allows'] }]]);
    assert.deepEqual(lines, [
      { at: '2026-03-01T02:00:00.000Z', level: 'info', event: 'request-answered', data: { status: 200, ms: 3, reasons: ['row-allows'] } },
    ]);
    assert.equal(raw.split('\n').length, 2);
  });

  const forged: [string, unknown][] = [
    ['level and message of the caller', { event: 'e', level: 'error', message: 'forged' }],
    ['a splat and a symbol', { event: 'e', splat: ['x'], [Symbol.for('level')]: 'error', [Symbol.for('message')]: 'forged' }],
    ['fields that are not on the list', { event: 'e', password: 'p', token: 't', purpose: 'why' }],
    ['a listed field of another type', { event: 'e', status: '200', subject: { toString: () => 'forged' } }],
    ['an object with its own toJSON', { event: 'e', toJSON: () => ({ level: 'error' }) }],
  ];
  for (const [what, line] of forged)
    it(`drops ${what}`, async () => {
      const { lines } = await written([['info', line as Line]]);
      assert.deepEqual(lines, [{ at: '2026-03-01T02:00:00.000Z', level: 'info', event: 'e', data: {} }]);
    });

  const hostile = ['a\nb', 'a\r\nb', '\u001b[2Jx', '\u009b2Jx', 'x\u2028y', '\u202egnp.exe', '"}\n{"level":"error"'];
  for (const text of hostile)
    it(`keeps ${JSON.stringify(text)} on one line, without control characters`, async () => {
      const { raw, lines } = await written([['warn', { event: 'e', path: text }]]);
      assert.equal(lines.length, 1);
      assert.equal(lines[0]?.data['path'], text);
      assert.doesNotMatch(raw.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
    });

  it('tells causes with their stacks', async () => {
    const problem = new Problem('vms-unreachable', 'No answer.', { cause: new Error('ECONNREFUSED') });
    const { lines } = await written([['error', { event: 'pull-failed', problem: problem.code, cause: problem }]]);
    const cause = lines[0]?.data['cause'] as { name: string; stack: string; cause: { message: string; stack: string } };
    assert.equal(cause.name, 'Problem');
    assert.match(cause.stack, /winston\.test/);
    assert.equal(cause.cause.message, 'ECONNREFUSED');
    assert.match(cause.cause.stack, /winston\.test/);
  });

  it('ends at a cause that is its own cause, and takes one that is no error', async () => {
    const circle = new Error('round');
    circle.cause = circle;
    const { lines } = await written([
      ['error', { event: 'e', cause: circle }],
      ['error', { event: 'e', cause: 'plain' }],
    ]);
    assert.equal(lines.length, 2);
    assert.deepEqual(lines[1]?.data['cause'], { message: 'plain' });
  });

  it('cuts texts that are too long', async () => {
    const { raw } = await written([['info', { event: 'x'.repeat(10_000), path: 'y'.repeat(1_000_000) }]]);
    assert.ok(raw.length < 2_000);
  });

  it('leaves out what is less grave than its level', async () => {
    const { lines } = await written(
      [
        ['info', { event: 'a' }],
        ['warn', { event: 'b' }],
        ['error', { event: 'c' }],
      ],
      'warn',
    );
    assert.deepEqual(
      lines.map((line) => line.event),
      ['b', 'c'],
    );
  });

  it('loses nothing when it is closed after a thousand lines to a slow reader', async () => {
    let count = 0;
    const slow = new Writable({
      highWaterMark: 16,
      write: (chunk: Buffer, _encoding, done) => {
        count += String(chunk).split('\n').length - 1;
        setImmediate(done);
      },
    });
    const { log, closeLog } = makeLog({ level: 'info', stream: slow, now });
    for (let i = 0; i < 1000; i++) log('info', { event: 'line', ms: i });
    await closeLog();
    await closeLog();
    assert.equal(count, 1000);
    log('info', { event: 'too-late' });
  });

  it('does not throw when the stream breaks, and stops waiting for one that is stuck', async () => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('ENOSPC')) });
    const { log, closeLog } = makeLog({ level: 'info', stream: broken, now });
    for (let i = 0; i < 50; i++) log('info', { event: 'line' });
    await closeLog();
    const stuck = new Writable({ write: () => undefined });
    const other = makeLog({ level: 'info', stream: stuck, now });
    for (let i = 0; i < 40_000; i++) other.log('info', { event: 'x'.repeat(500) });
    assert.ok(stuck.writableLength < 9 * 1024 * 1024);
    stuck.destroy();
    await other.closeLog();
  });
});
