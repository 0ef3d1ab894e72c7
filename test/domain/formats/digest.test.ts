// Sums and commitments: known answers, and that pieces give the same as the whole.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commit } from '../../../plugin/domain/formats/commitment.js';
import { Digester, digestOf, sha256Hex } from '../../../plugin/domain/formats/digest.js';
import { FormatError } from '../../../plugin/domain/formats/format-error.js';

describe('digest', () => {
  const table: [string, string, string, number][] = [
    [
      '',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b',
      0,
    ],
    [
      'abc',
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
      0x352441c2,
    ],
    [
      'hello world',
      'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      '44f0061e69fa6fdfc290c494654a05dc0c053da7e5c52b84ef93a9d67d3fff88',
      0x0d4a1185,
    ],
  ];
  for (const [text, sha256, sm3, crc32] of table)
    it(`knows ${JSON.stringify(text)}`, () => {
      assert.deepEqual(digestOf(Buffer.from(text)), { bytes: text.length, sha256, sm3, crc32 });
      assert.equal(sha256Hex(text), sha256);
    });

  it('does not depend on the pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
        const digester = new Digester();
        for (const piece of pieces) digester.update(Buffer.from(piece));
        assert.deepEqual(digester.done(), digestOf(Buffer.concat(pieces)));
      }),
    );
  });
});

describe('commitment', () => {
  const salt = Buffer.alloc(32, 7);
  // printf '\007%.0s' $(seq 32) | cat - <(printf '{"field":"unit","value":"第一中队"}') | sha256sum
  it('has the known bytes', () =>
    assert.equal(commit(salt, 'unit', '第一中队'), 'sha256:1f8dcf2d85dd4e57c906ae5025df395be4f07a9f4ba83ca52b7550bc48a78105'));
  it('does not depend on the order of members', () => assert.equal(commit(salt, 'a', { x: 1, y: 2 }), commit(salt, 'a', { y: 2, x: 1 })));
  it('differs by salt, field and value', () => {
    const all = [commit(salt, 'a', 'b'), commit(Buffer.alloc(32, 8), 'a', 'b'), commit(salt, 'b', 'b'), commit(salt, 'a', 'a')];
    assert.equal(new Set(all).size, all.length);
  });
  it('wants a whole salt', () => assert.throws(() => commit(Buffer.alloc(31), 'a', 'b'), FormatError));
});
