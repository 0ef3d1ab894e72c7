// Numbers on papers: known vectors of the check character, what it finds, and what somebody who types one is told.
import assert from 'node:assert/strict';
import { checkCharacter } from '../../plugin/domain/formats/check-character.js';
import { FormatError } from '../../plugin/domain/formats/format-error.js';
import { gateCode, mostPages, paperSeries, placeOf, readNumber, requestNamed, writeNumber } from '../../plugin/domain/paper-number.js';
import { Problem } from '../../plugin/domain/problem.js';

const parts = { requestId: 'EG-310000-SH-YUNFAN-2026-000123', gate: gateCode('exportgate.example/test-1'), letter: 'L', place: 1 } as const;
const number = writeNumber(parts);
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const codeOf = (call: () => unknown): string | null => {
  try {
    call();
    return null;
  } catch (thrown) {
    return Problem.from(thrown).code;
  }
};

describe('a check character', () => {
  // GRid (release identifiers) and ISAN print theirs by the same standard.
  for (const [text, check] of [['A1-2425G-ABC1234002', 'M'], ['0000-0000-D07A-0090', 'Q']] as const)
    it(`of ${text} is ${check}`, () => assert.equal(checkCharacter(text), check));

  it('finds every single wrong character', () => {
    const body = number.slice(0, -2);
    for (const [at, sign] of [...body].entries())
      for (const other of sign === '-' ? '' : alphabet)
        if (other !== sign) assert.notEqual(checkCharacter(body.slice(0, at) + other + body.slice(at + 1)), number.at(-1), `${at}: ${other}`);
  });

  it('finds two neighbours that are changed for each other, but for one pair in five hundred', () => {
    const missed = [...alphabet].flatMap((a) => [...alphabet].filter((b) => a < b && checkCharacter(`12${a}${b}34`) === checkCharacter(`12${b}${a}34`)));
    assert.ok(missed.length <= 1, String(missed.length));
  });

  it('is of no other signs', () => assert.throws(() => checkCharacter('EG-a'), FormatError));
});

describe('a number on paper', () => {
  it('is read back, also in small letters', () => {
    assert.match(number, /^EG-310000-SH-YUNFAN-2026-000123-TRCMG-L01-[0-9A-Z]$/);
    assert.deepEqual(readNumber(number), parts);
    assert.deepEqual(readNumber(` ${number.toLowerCase()} `), parts);
    assert.deepEqual(readNumber(writeNumber({ ...parts, letter: 'C', place: 117 })), { ...parts, letter: 'C', place: 117 });
  });

  it('of one series is never that of another, up to the last page that a paper can have', () => {
    const ends = paperSeries.map((series) => [placeOf(series, 1), placeOf(series, mostPages)] as const);
    for (const [at, [first, last]] of ends.entries()) {
      assert.equal(last - first, mostPages - 1);
      assert.ok(first > (ends[at - 1]?.[1] ?? 0));
      for (const place of [first, last]) assert.deepEqual(readNumber(writeNumber({ ...parts, place })), { ...parts, place });
    }
    assert.equal(codeOf(() => placeOf('package', mostPages + 1)), 'internal');
  });

  it('of what is made later is another after each entry of the request, and never that of a package', () => {
    const places = [0, 1, 2, 47, 123_456].flatMap((upTo) => paperSeries.flatMap((series) => [1, 2, mostPages].map((page) => placeOf(series, page, upTo))));
    assert.equal(new Set(places).size, places.length);
    for (const place of places) assert.deepEqual(readNumber(writeNumber({ ...parts, letter: 'H', place })), { ...parts, letter: 'H', place });
    assert.match(writeNumber({ ...parts, letter: 'H', place: placeOf('later', 1, 47) }), /-H4720001-[0-9A-Z]$/);
  });

  it('differs from gate to gate', () => assert.equal(new Set(['one/1', 'one/2', 'two/1'].map(gateCode)).size, 3));

  const wrong = number.replace('000123', '000132');
  const table: readonly (readonly [what: string, text: string, code: string | null])[] = [
    ['its own number', number, null],
    ['the request’s number', parts.requestId, null],
    ['two digits changed for each other', wrong, 'number-mistyped'],
    ['a wrong check character', `${number.slice(0, -1)}${number.endsWith('A') ? 'B' : 'A'}`, 'number-mistyped'],
    ['a letter that names no paper', `${number.slice(0, -5)}Z01-${checkCharacter(`${number.slice(0, -5)}Z01`)}`, 'number-mistyped'],
    ['the paper of another gate', writeNumber({ ...parts, gate: gateCode('other.example/1') }), 'request-unknown'],
    ['anything else, which is asked as it is', 'EG-1', null],
  ];
  for (const [what, text, code] of table) it(`${what}: ${code ?? 'taken'}`, () => assert.equal(codeOf(() => requestNamed(text, parts.gate)), code));

  it('mistyped, is told how it would end', () =>
    assert.throws(() => requestNamed(wrong, parts.gate), (thrown) => thrown instanceof Problem && thrown.detail.includes(`would end in ${checkCharacter(wrong.slice(0, -2))}`)));
});
