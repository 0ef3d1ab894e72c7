// RFC 8785: the vectors of its own text, what must be refused, and that one value has one text.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalJson, parseCanonicalJson } from '../../../plugin/domain/formats/canonical-json.js';
import { FormatError } from '../../../plugin/domain/formats/format-error.js';

describe('canonical JSON', () => {
  const texts: [unknown, string][] = [
    // RFC 8785 section 3.2.2
    [
      {
        numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 1e-27],
        string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
        literals: [null, true, false],
      },
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    // RFC 8785 section 3.2.3: sorted by UTF-16 code units, so the smiley (D83D…) stands before U+FB33
    [
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    ],
    // RFC 8785 appendix B
    [-0, '0'],
    [Number.MIN_VALUE, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [1e21, '1e+21'],
    [1e23, '1e+23'],
    [0.000001, '0.000001'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
  ];
  for (const [value, text] of texts) it(`writes ${text}`, () => assert.equal(canonicalJson(value), text));

  const deep = JSON.parse('['.repeat(80) + ']'.repeat(80)) as unknown;
  const refused: [string, unknown][] = [
    ['NaN', NaN],
    ['Infinity', [Infinity]],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['undefined in an array', [undefined]],
    ['a hole in an array', new Array(1)],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a buffer', Buffer.from('a')],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['80 levels', deep],
  ];
  for (const [name, value] of refused) it(`refuses ${name}`, () => assert.throws(() => canonicalJson(value), FormatError));

  for (const depth of [66, 5_000, 1_000_000])
    it(`a text of ${depth} levels is refused, and not by the stack`, () =>
      assert.throws(() => parseCanonicalJson(`${'['.repeat(depth)}${']'.repeat(depth)}`), FormatError));

  for (const text of [
    '{"a":1,"a":1}',
    '{"b":1,"a":1}',
    '{ "a":1}',
    '1.0',
    '1e2',
    '-0',
    '"\\u0041"',
    '"\\/"',
    '[1]\n',
    '{',
    '',
    '"\\ud800"',
    '\ufeff1',
  ])
    it(`reads ${JSON.stringify(text)} as not canonical`, () => assert.throws(() => parseCanonicalJson(text), FormatError));

  it('comes back as it was, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' })), (value) => {
        const text = canonicalJson(value);
        const shuffled = Object.fromEntries(Object.entries(value).reverse());
        assert.equal(canonicalJson(shuffled), text);
        assert.equal(canonicalJson(parseCanonicalJson(text)), text);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
