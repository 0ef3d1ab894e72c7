// One spelling or none: what two programs could read differently is refused.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonical } from '../../plugin/http/canonical.js';

const longest = (length: number): string => `/${'a'.repeat(length - 1)}`;

describe('a raw target', () => {
  const taken: readonly (readonly [target: string, path: string, query: string])[] = [
    ['/', '/', ''],
    ['/api/v1/health', '/api/v1/health', ''],
    ['/api/v1/requests?state=held&limit=5', '/api/v1/requests', 'state=held&limit=5'],
    ['/api/v1/requests/EG-310000-SH-YUNFAN-2026-000001', '/api/v1/requests/EG-310000-SH-YUNFAN-2026-000001', ''],
    ['/api/v1/keys/gate.pub', '/api/v1/keys/gate.pub', ''],
    ['/a~b_c.d-e', '/a~b_c.d-e', ''],
    ['/...', '/...', ''],
    ['/a?b=%2e%2e%2f', '/a', 'b=..%2F'],
    ['/a?', '/a', ''],
    [longest(2048), longest(2048), ''],
  ];
  for (const [target, path, query] of taken)
    it(`is taken: ${target.slice(0, 60)}`, () => {
      const read = canonical(target);
      assert.deepEqual([read.path, read.query.toString()], [path, query]);
    });

  const refused: readonly string[] = [
    '', 'a', '*', '.', '/.', '/..', '/../etc', '/api/../api/v1/health', '/api/./v1', '//', '//api/v1/health', '/api//v1', '/api/v1/', '/api/v1/health/',
    '/%2e%2e/x', '/%2E', '/api%2fv1', '/api%5cv1', '/a%00b', '/%', '/%zz', '/a\\b', '\\api', '/api;a=b', '/api/v1;/health', '/a#b', '/a?b#c', '#',
    '/a?b?c', 'http://127.0.0.1/api/v1/health', 'https://elsewhere.example/api', '//elsewhere.example/api', 'elsewhere.example:443', '/a b', '/a\tb', '/a\n',
    '/a\r\nHost: x', '/a\u0000', '/路', '/\u00e9', '/\u2024\u2024/x', '/a:b', '/a@b', '/a|b', '/a"b', '/a\'b', '/{id}', '/a*', '/a,b', '/a&b', '/a+b', '/a=b',
    longest(2049), `/a?${'b'.repeat(2046)}`,
  ];
  for (const target of refused)
    it(`is refused: ${JSON.stringify(target).slice(0, 60)}`, () => assert.throws(() => canonical(target), { code: 'path-ambiguous' }));

  it('that is taken is what a browser would make of it: nothing is left to be normalised', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[/.%;\\a2eF?~]{0,14}$/), (text) => {
        const target = `/${text}`;
        let path: string;
        try {
          ({ path } = canonical(target));
        } catch {
          return;
        }
        assert.equal(new URL(target, 'http://gate.example').pathname, path);
        assert.equal(decodeURIComponent(path), path);
      }),
      { numRuns: 2000 },
    );
  });
});
