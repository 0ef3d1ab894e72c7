// RFC 6962: vectors, and the tree against a second, slow implementation written straight from the definition.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { MerkleTree, emptyRoot, isConsistent, leafHash, nodeHash, rootFromInclusion } from '../../../plugin/domain/formats/merkle.js';

const data = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
const treeOf = (entries: readonly Buffer[]): MerkleTree => {
  const tree = new MerkleTree();
  for (const entry of entries) tree.append(leafHash(entry));
  return tree;
};

/** MTH of RFC 6962 section 2.1, word for word. */
function slowRoot(entries: readonly Buffer[]): Buffer {
  const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
  if (entries.length === 0) return sha256();
  if (entries.length === 1) return sha256(Buffer.of(0), entries[0]!);
  const k = 2 ** (Math.ceil(Math.log2(entries.length)) - 1);
  return sha256(Buffer.of(1), slowRoot(entries.slice(0, k)), slowRoot(entries.slice(k)));
}

describe('merkle tree', () => {
  const roots: [number, string][] = [
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ];
  for (const [size, root] of roots)
    it(`has the known root at size ${size}`, () => {
      assert.equal(treeOf(data).root(size).toString('hex'), root);
      assert.equal(treeOf(data.slice(0, size)).root().toString('hex'), root);
    });

  it('proves every leaf of every size up to 70, and no other place', () => {
    const entries = Array.from({ length: 70 }, (_, index) => Buffer.from(`entry ${index}`));
    const tree = treeOf(entries);
    for (let size = 1; size <= entries.length; size++) {
      const root = slowRoot(entries.slice(0, size));
      assert.deepEqual(tree.root(size), root);
      for (let index = 0; index < size; index++) {
        const proof = tree.inclusionProof(index, size);
        const leaf = leafHash(entries[index]!);
        assert.deepEqual(rootFromInclusion(index, size, leaf, proof), root);
        assert.notDeepEqual(rootFromInclusion((index + 1) % size, size, leaf, proof), size === 1 ? null : root);
        assert.notDeepEqual(rootFromInclusion(index, size, leafHash(Buffer.from('foreign')), proof), root);
        assert.equal(rootFromInclusion(index, size, leaf, [...proof, leaf]), null);
        if (proof.length > 0) assert.equal(rootFromInclusion(index, size, leaf, proof.slice(0, -1)), null);
      }
    }
  });

  it('notices any flipped bit of a proof', () => {
    const tree = treeOf(data);
    fc.assert(
      fc.property(fc.nat(7), fc.nat(2), fc.nat(255), (index, hash, bit) => {
        const proof = tree.inclusionProof(index).map((bytes) => Buffer.from(bytes));
        proof[hash]![bit >> 3]! ^= 1 << (bit & 7);
        assert.notDeepEqual(rootFromInclusion(index, 8, leafHash(data[index]!), proof), tree.root());
      }),
    );
  });

  // The eight leaves above; the values are those that the Certificate Transparency projects publish for them.
  const published: [number, number, string[]][] = [
    [1, 1, []],
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ];
  for (const [from, to, hashes] of published)
    it(`has the known consistency proof from ${from} to ${to}`, () => {
      const tree = treeOf(data);
      const proof = tree.consistencyProof(from, to);
      assert.deepEqual(
        proof.map((hash) => hash.toString('hex')),
        hashes,
      );
      assert.ok(isConsistent({ size: from, root: tree.root(from) }, { size: to, root: tree.root(to) }, proof));
    });

  it('has the consistency proofs of the example in RFC 6962 section 2.1.3', () => {
    const tree = treeOf(data.slice(0, 7));
    const leaves = data.slice(0, 7).map(leafHash);
    const [a, b, c, d, e, f, j] = leaves as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
    const [g, h, i] = [nodeHash(a, b), nodeHash(c, d), nodeHash(e, f)];
    const [k, l] = [nodeHash(g, h), nodeHash(i, j)];
    assert.deepEqual(tree.consistencyProof(3, 7), [c, d, g, l]);
    assert.deepEqual(tree.consistencyProof(4, 7), [l]);
    assert.deepEqual(tree.consistencyProof(6, 7), [i, j, k]);
  });

  it('proves of every size up to 130 that it continues every smaller one, and of nothing else', () => {
    const most = 130;
    const tree = treeOf(Array.from({ length: most }, (_, index) => Buffer.from(`entry ${index}`)));
    const head = (size: number) => ({ size, root: tree.root(size) });
    const foreign = leafHash(Buffer.from('foreign'));
    for (let to = 0; to <= most; to++)
      for (let from = 0; from <= to; from++) {
        const proof = tree.consistencyProof(from, to);
        const what = `${from} to ${to}`;
        assert.ok(isConsistent(head(from), head(to), proof), what);
        assert.ok(!isConsistent(head(from), head(to), [...proof, foreign]), what);
        if (proof.length > 0) assert.ok(!isConsistent(head(from), head(to), proof.slice(0, -1)), what);
        if (proof.length > 0) assert.ok(!isConsistent(head(from), head(to), proof.slice(1)), what);
        if (from > 0) assert.ok(!isConsistent({ size: from, root: foreign }, head(to), proof), what);
        if (from > 0) assert.ok(!isConsistent(head(from), { size: to, root: foreign }, proof), what);
        if (from > 0 && from < to) assert.ok(!isConsistent({ size: from - 1, root: tree.root(from) }, head(to), proof), what);
        if (from < to) assert.ok(!isConsistent(head(to), head(from), proof), what);
      }
  });

  it('notices any flipped bit of a consistency proof', () => {
    const tree = treeOf(Array.from({ length: 130 }, (_, index) => Buffer.from(`entry ${index}`)));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 129 }), fc.nat(), fc.nat(255), (from, which, bit) => {
        const proof = tree.consistencyProof(from);
        proof[which % proof.length]![bit >> 3]! ^= 1 << (bit & 7);
        assert.ok(!isConsistent({ size: from, root: tree.root(from) }, { size: 130, root: tree.root() }, proof));
      }),
    );
  });

  it('of no leaf every tree is a continuation, under the root of the empty tree alone', () => {
    const newer = { size: 8, root: treeOf(data).root() };
    assert.ok(isConsistent({ size: 0, root: emptyRoot() }, newer, []));
    assert.ok(!isConsistent({ size: 0, root: newer.root }, newer, []));
    assert.ok(!isConsistent({ size: 0, root: emptyRoot() }, newer, [newer.root]));
    assert.ok(!isConsistent({ size: 0, root: emptyRoot() }, { size: 0, root: newer.root }, []));
  });

  it('does not let what it hands out change the tree', () => {
    const tree = treeOf(data);
    const before = tree.root();
    tree.inclusionProof(0)[0]!.fill(0);
    tree.leaf(1).fill(0);
    assert.deepEqual(tree.root(), before);
  });

  it('refuses sizes, places and hashes that do not exist', () => {
    const tree = treeOf(data);
    for (const wrong of [
      () => tree.root(9),
      () => tree.root(-1),
      () => tree.inclusionProof(8),
      () => tree.inclusionProof(3, 3),
      () => tree.leaf(8),
      () => tree.consistencyProof(9),
      () => tree.consistencyProof(3, 2),
      () => tree.consistencyProof(-1),
      () => tree.hashes(0, 7, 9),
      () => tree.hashes(4, 0, 1),
      () => tree.append(Buffer.alloc(31)),
    ])
      assert.throws(wrong, RangeError);
    const leaf = leafHash(data[0]!);
    for (const [index, size] of [
      [0, 0],
      [-1, 2],
      [2, 2],
      [0.5, 2],
      [0, 2 ** 53],
    ] as const)
      assert.equal(rootFromInclusion(index, size, leaf, []), null);
    assert.equal(rootFromInclusion(0, 2, leaf, [Buffer.alloc(31)]), null);
  });

  it('follows places beyond 32 bits', () => {
    const proof = Array.from({ length: 40 }, (_, level) => leafHash(Buffer.of(level)));
    assert.notEqual(rootFromInclusion(2 ** 39 + 1, 2 ** 40, leafHash(data[0]!), proof), null);
    assert.equal(rootFromInclusion(2 ** 39 + 1, 2 ** 40, leafHash(data[0]!), proof.slice(1)), null);
  });
});
