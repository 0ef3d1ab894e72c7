// The guard is a second line only while it knows nothing of the first one; and whatever it is given, it judges and does not break.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { webClasses } from '../../../plugin/domain/route-table.js';
import { judgeOf } from '../../../plugin/http/gate/guard.js';
import { readingOf } from '../../../plugin/http/gate/answer-reading.js';
import { responseHeaders } from '../../../plugin/http/gate/response-headers.js';
import { hitReasons } from '../../../plugin/http/gate/guard-hit.js';
import { filesIn, importsOf, read } from '../../house/sources.js';
import { pieces, through } from './through.js';

describe('the guard stands alone', () => {
  /** Our own files that a file reaches, types too. */
  function reached(...start: string[]): Set<string> {
    const seen = new Set<string>();
    const queue = [...start];
    for (let file = queue.pop(); file; file = queue.pop())
      if (!seen.has(file)) {
        seen.add(file);
        queue.push(...importsOf(file).filter(({ kind }) => kind === 'own').map(({ of }) => of));
      }
    return seen;
  }
  const own = [
    'answer-reading', 'body-judge', 'escaped-media', 'guard', 'guard-hit', 'guard-websocket', 'inline-media', 'jpeg-walk', 'live-pictures', 'magic', 'own-address',
    'raw-headers', 'request-headers', 'response-headers', 'spelled-media', 'spelling', 'text-scan', 'upstream-addresses', 'websocket-frames',
  ].map((name) => `plugin/http/gate/${name}.ts`);

  it('it shares nothing with whoever classifies but the types of a route', () => {
    const files = reached(...['guard', 'guard-websocket', 'request-headers', 'response-headers'].map((name) => `plugin/http/gate/${name}.ts`));
    assert.deepEqual([...files].sort(), ['plugin/domain/route-table.ts', ...own].sort());
    const values = own.flatMap((file) => importsOf(file)).filter(({ of, typeOnly }) => of === 'plugin/domain/route-table.ts' && !typeOnly);
    assert.deepEqual(values, []);
  });

  it('every reason is one that some file gives', () => {
    const text = filesIn('plugin/http/gate', /\.ts$/).filter((file) => own.includes(file) && !file.endsWith('guard-hit.ts')).map(read).join('\n');
    assert.deepEqual(Object.keys(hitReasons).filter((reason) => !text.includes(`'${reason}'`)), []);
  });
});

describe('whatever an answer is', function () {
  this.timeout(120_000);
  const name = fc.oneof(fc.string(), fc.constantFrom('Content-Type', 'content-type', 'Content-Disposition', 'Content-Encoding', 'Content-Range', 'Content-Length', 'Transfer-Encoding', 'Location', 'Link', 'Refresh'));
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('text/html', 'video/mp4', 'image/jpeg', 'image/png', 'multipart/x-mixed-replace; boundary=a', 'font/woff', 'application/zip', 'attachment', 'bytes 0-1/2', 'gzip', '12', 'http://elsewhere.example/', '0; url=//a', '<//a>; rel=b'),
  );
  const answer = fc.record({
    class: fc.constantFrom(...webClasses),
    expects: fc.array(fc.constantFrom('image/jpeg', 'video/mp4', 'multipart/x-mixed-replace', 'application/zip', 'nonsense'), { maxLength: 2 }),
    isAsset: fc.boolean(),
    status: fc.integer({ min: 0, max: 999 }),
    headers: fc.array(fc.tuple(name, value), { maxLength: 8 }).map((pairs) => pairs.flat()),
  });

  it('its headers are judged, and what goes out leads nowhere else', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const verdict = readingOf(given);
        assert.ok('as' in verdict || verdict.why in hitReasons);
        if (['export', 'playback', 'still', 'egress', 'deny'].includes(given.class)) assert.ok('why' in verdict);
        const out = responseHeaders(given.headers, { upstream: new URL('http://zm.internal/'), gate: new URL('https://gate.example/'), isAsset: given.isAsset, mayChange: true });
        for (const header of ['location', 'link', 'refresh']) assert.ok(!/elsewhere|\/\/a/.test(String(out[header] ?? '')), String(out[header]));
      }),
      { numRuns: 2000 },
    );
  });

  it('its body is judged: random bytes, cut at random, pass as they are or are a hit', () => {
    fc.assert(
      fc.property(answer, fc.uint8Array({ maxLength: 3000 }), fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 6 }), (given, bytes, sizes) => {
        const reading = readingOf({ ...given, status: 200, class: 'live', isAsset: false });
        if ('why' in reading) return;
        const body = Buffer.from(bytes);
        const whole = through(judgeOf(reading, null), [body]);
        const cut = through(judgeOf(reading, null), pieces(body, ...sizes));
        assert.equal(cut.why === null, whole.why === null, `${whole.where} | ${cut.where}`);
        assert.ok(body.subarray(0, cut.out.length).equals(cut.out));
      }),
      { numRuns: 2000 },
    );
  });
});
