// An address has one reading or none.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Problem } from '../../../plugin/domain/problem.js';
import { canonicalTarget } from '../../../plugin/http/gate/canonical-target.js';
import { readAsked } from '../../../plugin/http/gate/read-asked.js';
import { rebuild } from '../../../plugin/http/gate/rebuild.js';
import { aRequest, tables } from '../../support/gate/tables.js';

const zoneminder = tables['zoneminder']!;
const plain = tables['shinobi']!;
const long = (length: number): string => `/zm/${'a'.repeat(length - 4)}`;

describe('an address', () => {
  const taken: readonly (readonly [target: string, path: string, query: string])[] = [
    ['/zm/', '/', ''],
    ['/zm/?', '/', ''],
    ['/zm/index.php', '/index.php', ''],
    ['/zm/index.php?view=event&eid=1', '/index.php', 'view=event&eid=1'],
    ['/zm/index.php?a=b?c=d', '/index.php', 'a=b?c=d'],
    ['/zm/index.php?a=%2f%5c%25', '/index.php', 'a=%2f%5c%25'],
    // Slashes are merged where the system merges them, and only there.
    ['//zm//index.php', '/index.php', ''],
    ['/zm///api//events.json', '/api/events.json', ''],
    // Decoded once.
    ['/zm/%69ndex.php', '/index.php', ''],
    ['/zm/api/events/index/StartTime%20%3E=:2026-11-20%2010:00:00.json', '/api/events/index/StartTime >=:2026-11-20 10:00:00.json', ''],
    ['/zm/a%C3%A9', '/aé', ''],
    ['/zm/a...b', '/a...b', ''],
    ['/zm/.hidden', '/.hidden', ''],
    ['/zm/a+b', '/a+b', ''],
    ['/zm/a%2Bb', '/a+b', ''],
    [long(2048), long(2048).slice(3), ''],
  ];
  for (const [target, path, query] of taken)
    it(`${target.slice(0, 70)} is read as ${path.slice(0, 70)}`, () =>
      assert.deepEqual(canonicalTarget(zoneminder, target), { path, query }));

  const refused: readonly string[] = [
    '',
    '*',
    'zm/',
    'vms.example:443',
    'http://vms.example/zm/',
    'HTTP://x/zm/index.php',
    '?view=x',
    '\\zm\\',
    '/zm',
    // letters that end something in one reader and not in another
    '/zm/a b',
    '/zm/a\tb',
    '/zm/a\r\nHost: x',
    '/zm/a\0',
    '/zm/a\x7f',
    '/zm/\u00e9',
    '/zm/\u2024',
    '/zm/a#b',
    '/zm/index.php?a#b',
    '/zm/index.php?a b',
    '/zm/a\\b',
    '/zm/index.php?a=\\',
    '/zm/index.php?a=\u00e9',
    // parameters of a path
    '/zm/a;x=1',
    '/zm/a%3bx=1',
    '/zm/;/a',
    // escapes
    '/zm/%',
    '/zm/%2',
    '/zm/%zz',
    '/zm/a%2',
    '/zm/a%2fb',
    '/zm/a%2Fb',
    '/zm/a%5cb',
    '/zm/a%5Cb',
    '/zm/a%00',
    '/zm/a%2500',
    '/zm/%252e%252e/a',
    '/zm/a%25',
    '/zm/%0a',
    '/zm/%0D%0Ax',
    '/zm/%1f',
    '/zm/%7f',
    '/zm/%c2%85',
    '/zm/%ff',
    '/zm/%c0%af',
    '/zm/%c0%ae%c0%ae/a',
    '/zm/%e2%80',
    '/zm/%ed%a0%80',
    '/zm/%f4%90%80%80',
    // dots and blanks
    '/zm/.',
    '/zm/..',
    '/zm/./index.php',
    '/zm/../zm/index.php',
    '/zm/css/../cache/events',
    '/zm/%2e/index.php',
    '/zm/%2e%2e/x',
    '/zm/.%2e/x',
    '/zm/css/%2E%2E/x',
    '/zm/...',
    '/zm/index.php.',
    '/zm/index.php%20',
    '/zm/index.php%2e',
    '/zm/a./b',
    '/zm/a%20/b',
    '/zm/a/.',
    '/zm/a/..',
    // behind a program
    '/zm/index.php/',
    '/zm/index.php/x.css',
    '/zm/index.php/foo/x.css?view=view_video&eid=11',
    '/zm/INDEX.PHP/x',
    '/zm/api/index.php/host/getVersion.json',
    '/zm/x.php/y',
    '/zm/cgi-bin/zms/',
    '/zm/cgi-bin/zms/x.png?monitor=1',
    '/zm/cgi-bin/nph-zms/x.png?event=11',
    long(2049),
    `/zm/${'a/'.repeat(64)}`,
    `/zm/?${'a'.repeat(8000)}`,
  ];
  for (const target of refused)
    it(`${JSON.stringify(target).slice(0, 70)} is refused`, () =>
      assert.throws(() => canonicalTarget(zoneminder, target), { code: 'path-ambiguous' }));

  for (const target of ['/', '/zmx/', '/zM/', '/ZM/', '/other/index.php', '/zm.php'])
    it(`${target} is outside`, () => assert.throws(() => canonicalTarget(zoneminder, target), { code: 'route-unknown' }));

  for (const target of ['//', '/a//b', '/a/b//', '//k/videos/g1/cam1/x.mp4'])
    it(`${target} has an empty part where the system tells it from another`, () =>
      assert.throws(() => canonicalTarget(plain, target), { code: 'path-ambiguous' }));

  it('that is read goes on in a spelling that is read the same, and that nobody normalises', () => {
    const letters = fc.constantFrom(
      ...'abz/.%2eEfF5cC0?&=+;\\ ~!*(),:@$\'[]{}|"^`<>-_'.split(''),
      'é',
      '路',
      '\u2024',
      '%2f',
      '%2e',
      '%41',
      '%c3%a9',
      '//',
      '/../',
    );
    let read = 0;
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), fc.constantFrom(zoneminder, plain), (parts, table) => {
        const target = `${table.basePath}/${parts.join('')}`;
        let asked;
        try {
          asked = readAsked(table, aRequest({ target }));
        } catch (error) {
          assert.ok(error instanceof Problem && ['path-ambiguous', 'route-unknown'].includes(error.code), String(error));
          return;
        }
        read += 1;
        const again = rebuild(table, asked).target;
        const url = new URL(again, 'http://vms.example');
        assert.equal(url.pathname + url.search, again);
        assert.equal(decodeURIComponent(url.pathname), table.basePath + asked.path);
        assert.equal(readAsked(table, aRequest({ target: again })).path, asked.path);
      }),
      { numRuns: 5000 },
    );
    assert.ok(read > 1000, `only ${read} were read`);
  });
});
