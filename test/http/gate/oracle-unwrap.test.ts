// What cannot be looked through is told, and nothing is looked through for ever.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { rawZip } from '../../support/evidence/raw-zip.js';
import { unwrap } from '../../support/gate/oracle/unwrap.js';

const wheres = (body: Buffer | string, headers: Record<string, string> = {}): string[] =>
  unwrap({ headers, body: Buffer.from(body) }).payloads.map(({ where }) => where);
const closed = (body: Buffer | string, headers: Record<string, string> = {}): string[] =>
  unwrap({ headers, body: Buffer.from(body) }).closed;
const times = (count: number, wrap: (bytes: Buffer) => Buffer, bytes: Buffer): Buffer =>
  count === 0 ? bytes : times(count - 1, wrap, wrap(bytes));

describe('unwrapping an answer', function () {
  this.timeout(60_000);

  const table: readonly (readonly [what: string, body: Buffer | string, headers: Record<string, string>, told: RegExp])[] = [
    ['a coding that nobody knows', 'abc', { 'content-encoding': 'zstd' }, /nothing here decodes zstd/],
    ['what is not in the coding that it says', 'no gzip at all', { 'content-encoding': 'gzip' }, /is no gzip/],
    ['a bomb', gzipSync(Buffer.alloc(260 * 1024 ** 2), { level: 1 }), {}, /gzip at 0/],
    ['broken gzip', Buffer.from('1f8b0800ffffffffffffffffffff', 'hex'), {}, /gzip at 0/],
    [
      'a member packed in another way',
      rawZip([{ name: 'a', data: Buffer.alloc(9), method: 12 }]),
      {},
      /member a cannot be opened \(method 12\)/,
    ],
    ['more layers than anybody makes', times(20, (bytes) => gzipSync(bytes), Buffer.from('end')), {}, /more layers/],
  ];
  for (const [what, body, headers, told] of table) it(`tells ${what}`, () => assert.match(closed(body, headers).join('\n'), told));

  it('opens every layer up to that', () => assert.deepEqual(closed(times(10, (bytes) => gzipSync(bytes), Buffer.from('end'))), []));

  it('comes to an end with a page, and with text that is escaped again and again', () => {
    const page =
      `<script>${JSON.stringify({ a: '\\'.repeat(64), b: '%2525252525', c: '&#38;#38;#38;', d: '=3D=3D=3D=3D41' })}</script>`.repeat(20);
    const found = wheres(page);
    assert.ok(found.length < 200, String(found.length));
    assert.deepEqual(closed(page), []);
  });

  it('opens nothing twice', () => {
    const found = wheres(
      rawZip(Array.from({ length: 50 }, (_, at) => ({ name: `same-${at}`, data: Buffer.from('the same content in each of them') }))),
    );
    assert.equal(found.filter((where) => where.includes('member')).length, 1);
  });
});
