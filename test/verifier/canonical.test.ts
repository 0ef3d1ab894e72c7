// The page's reader of canonical JSON: it takes what RFC 8785 writes, and nothing else. The gate's own reader is the oracle.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalJson, parseCanonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { readCanonical, writeCanonical } from '../../verifier/engine/canonical.js';

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const table: [text: string, isCanonical: boolean][] = [
  ['{}', true], ['[]', true], ['null', true], ['""', true], ['0', true], ['-1', true], ['1e+21', true], ['5e-324', true], ['{"a":1,"b":[true,false,null]}', true],
  ['{"10":1,"9":2}', true], ['{"__proto__":1}', true], ['"\\u0001\\b\\n\\"\\\\/"', true], ['"é😀\u2028\u007f"', true], [deep(65), true],
  ['', false], [' {}', false], ['{} ', false], ['{ }', false], ['{"a":1,}', false], ['[1,]', false], ['{"b":1,"a":2}', false], ['{"a":1,"a":2}', false], ['{"9":1,"10":2}', false],
  ['01', false], ['1.0', false], ['1e21', false], ['-0', false], ['+1', false], ['.5', false], ['1.', false], ['1e400', false], ['0x10', false], ['NaN', false], ['Infinity', false],
  ['12345678901234567890', false], ['0.10', false], ['"\\u0041"', false], ['"\\/"', false], ['"\\u000a"', false], ['"\\u001F"', false], ['"\\ud800"', false], ['"\\x"', false], ['"\n"', false],
  ['"a', false], ['"\\"', false], ["'a'", false], ['{a:1}', false], ['undefined', false], ['nul', false], ['[1 ,2]', false], ['[1]]', false], ['{"a":1}{}', false], [deep(66), false], ['[', false], ['{"a"', false],
];

describe('canonical JSON of the page', () => {
  for (const [text, isCanonical] of table)
    it(`${isCanonical ? 'takes' : 'refuses'} ${JSON.stringify(text).slice(0, 50)}`, () => {
      assert.equal(readCanonical(text) !== undefined, isCanonical);
      const oracle = (): unknown => parseCanonicalJson(text);
      if (isCanonical) assert.doesNotThrow(oracle);
      else assert.throws(oracle);
    });

  it('looks once at each of four million escapes', () => {
    const text = `{"payload":"${'\\\\'.repeat(4_000_000)}"}`;
    assert.notEqual(readCanonical(text), undefined);
    assert.equal(readCanonical(text.slice(0, -2)), undefined);
  });

  it('reads and writes what the gate writes', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonicalJson(JSON.parse(JSON.stringify(value).replaceAll(/\\ud[89a-f][0-9a-f]{2}/g, 'x')));
        const found = readCanonical(text);
        assert.notEqual(found, undefined);
        assert.equal(writeCanonical(found!), text);
      }),
    ));

  it('judges a text with a letter changed as the gate does', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.string({ maxLength: 2, unit: fc.constantFrom(...'{}[]",:\\ 0123eu.-') }), (value, at, put) => {
        const text = canonicalJson(JSON.parse(JSON.stringify(value).replaceAll(/\\ud[89a-f][0-9a-f]{2}/g, 'x')));
        const bent = text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1);
        let expected = true;
        try {
          parseCanonicalJson(bent);
        } catch {
          expected = false;
        }
        assert.equal(readCanonical(bent) !== undefined, expected, bent);
      }),
      { numRuns: 2000 },
    ));
});
