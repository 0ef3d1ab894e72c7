// What reaches a terminal: a name from elsewhere cannot move the cursor, turn a line round or add a line of its own.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { makeOutput, padTo, plain, plainJson, widthOf } from '../../plugin/cli/console.js';
import { sentence } from '../../plugin/cli/outcome.js';
import { Problem } from '../../plugin/domain/problem.js';
import { exportgate } from './program.js';

const painting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('console', () => {
  const table: readonly (readonly [what: string, text: string, told: string])[] = [
    ['an escape sequence', 'nvr\u001b[2K\u001b[1Aok', 'nvr\\u{1b}[2K\\u{1b}[1Aok'],
    ['its C1 form', 'a\u009b31mb', 'a\\u{9b}31mb'],
    ['a carriage return', 'FAIL\rok  ', 'FAIL\\u{d}ok  '],
    ['a line turned round', 'a\u202eb', 'a\\u{202e}b'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['Chinese and marks', '录像 ± – “x”', '录像 ± – “x”'],
  ];
  for (const [what, text, told] of table) it(`${what} is written out`, () => assert.equal(plain(text), told));

  it('a problem is as many lines as it has parts, whatever is in them', () => {
    const evil = 'x\u001b[1A\nintact · 完整无误';
    const lines = sentence(new Problem('config-invalid', evil, { faults: [{ code: evil, where: evil, detail: evil }], reasons: [evil] })).split('\n');
    assert.equal(lines.length, 4);
    assert.doesNotMatch(lines.join(''), painting);
  });

  it('JSON holds what it held, and no sign that paints', () =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const json = plainJson({ value, text });
        assert.doesNotMatch(json, painting);
        assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify({ value, text })));
      }),
      { numRuns: 200 },
    ));

  it('a result with a line end in a name stays one line', () => {
    const out = new PassThrough();
    makeOutput(false, out as unknown as NodeJS.WriteStream).result({}, ['a\nb\u001b[31m']);
    assert.equal(String(out.read()), 'a\\nb\\u{1b}[31m\n');
  });

  it('an argument that paints is told harmlessly on standard error', async () => {
    for (const args of [['verify', '/nowhere/\u001b[2Kintact', '--key', 'x'], ['\u001b[2Kserve'], ['--config', '/nowhere/\u001b[31m\n', 'probe', 'nvr\u001b[1A-1']]) {
      const { code, stdout, stderr } = await exportgate(args);
      assert.equal(code, 2, stderr);
      assert.doesNotMatch(stdout + stderr.replaceAll('\n', ''), painting);
    }
  });

  it('a Chinese character takes two columns', () => {
    assert.deepEqual([widthOf('ok'), widthOf('ok 正常'), widthOf('编码 codecs')], [2, 7, 11]);
    assert.equal(padTo('正常', 6), '正常  ');
    assert.equal(padTo('正常', 2), '正常');
  });
});
