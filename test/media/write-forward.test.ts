// MP4 and MOV written strictly forward: how their boxes lie, and that nothing is written where mediabunny does otherwise than was checked.
import assert from 'node:assert/strict';
import { Problem } from '../../plugin/domain/problem.js';
import { boxesOf, box, u32 } from '../../plugin/media/boxes.js';
import { withChunkPlaces } from '../../plugin/media/chunk-places.js';
import { openMovie } from '../../plugin/media/container.js';
import { muxParts } from '../../plugin/media/mux-parts.js';
import { writeForward } from '../../plugin/media/write-forward.js';
import { combine, readFootage } from './footage.js';
import { span, stream } from './street.js';

interface Range {
  from: number;
  to: number;
}

/** Boxes of the first level, with the sizes that stand there. A size of 0 (to the end) or 1 (64 bits) is none here. */
function topBoxes(file: Buffer): (Range & { type: string })[] {
  const found: (Range & { type: string })[] = [];
  for (let at = 0; at < file.length;) {
    const size = file.readUInt32BE(at);
    assert.ok(size > 8, `size ${size} at ${at}`);
    found.push({ type: file.toString('latin1', at + 4, at + 8), from: at, to: at + size });
    at += size;
  }
  assert.equal(found.at(-1)!.to, file.length);
  return found;
}

/** Chunks of every track, by its own tables. */
function chunksOf(moov: Buffer): Range[] {
  const inside = (body: Buffer, name: string): Buffer => boxesOf(body).find(({ type }) => type === name)!.body;
  return boxesOf(moov.subarray(8))
    .filter(({ type }) => type === 'trak')
    .flatMap(({ body }) => {
      const stbl = inside(inside(inside(body, 'mdia'), 'minf'), 'stbl');
      const [stco, stsc, stsz] = [inside(stbl, 'stco'), inside(stbl, 'stsc'), inside(stbl, 'stsz')];
      const held = (chunk: number): number => {
        let samples = 0;
        for (let row = 0; row < stsc.readUInt32BE(4) && stsc.readUInt32BE(8 + 12 * row) <= chunk + 1; row++) samples = stsc.readUInt32BE(12 + 12 * row);
        return samples;
      };
      let sample = 0;
      return Array.from({ length: stco.readUInt32BE(4) }, (_, chunk) => {
        const from = stco.readUInt32BE(8 + 4 * chunk);
        let to = from;
        for (let left = held(chunk); left > 0; left--) to += stsz.readUInt32BE(4) || stsz.readUInt32BE(12 + 4 * sample++);
        return { from, to };
      });
    });
}

describe('an MP4 or MOV', function () {
  this.timeout(30_000);

  for (const [container, what, footage, rounds, fewest] of [
    ['mp4', 'H.264', readFootage('street-b.mp4'), 20, 3],
    ['mp4', 'H.265', readFootage('street-h265.mp4'), 20, 2],
    ['mov', 'H.264 and G.711', readFootage('street-g711.mov'), 8, 2],
    ['mov', 'H.265 and G.711', combine(readFootage('street-h265.mp4'), readFootage('street-g711.mov')), 1, 1],
    ['mp4', 'less than fills one box', readFootage('street-b.mp4'), 1, 1],
  ] as const)
    it(`of ${what} is written forward; every chunk lies whole in one of its boxes (${container})`, async () => {
      const long = Array.from({ length: rounds }, (_, round) =>
        footage.samples.map((sample) => ({ ...sample, utcMicros: sample.utcMicros + round * 12_000_000 })),
      ).flat();
      const written: Buffer[] = [];
      let end = 0;
      const write = async (data: Buffer, position: number): Promise<void> => {
        assert.equal(position, end);
        end += data.length;
        written.push(Buffer.from(data));
      };
      let opened = 0;
      const open = async (_: number, told: string) => {
        assert.deepEqual([told, ++opened], [container, 1]);
        return { write };
      };
      await muxParts(stream(long), { tracks: footage.tracks, span, open, onUnit: () => undefined, onPart: () => undefined });
      const file = Buffer.concat(written);

      const boxes = topBoxes(file);
      assert.match(boxes.map(({ type }) => type).join(' '), /^ftyp( mdat)+ moov$/);
      assert.equal(file.toString('latin1', 8, 12), container === 'mp4' ? 'isom' : 'qt  ');
      const media = boxes.filter(({ type }) => type === 'mdat');
      assert.ok(media.length >= fewest, `${media.length} boxes`);
      for (const { from, to } of media.slice(0, -1)) assert.ok(to - from >= 1024 ** 2, `${to - from} bytes at ${from}`);

      const chunks = chunksOf(file.subarray(boxes.at(-1)!.from)).sort((a, b) => a.from - b.from);
      for (const chunk of chunks)
        assert.equal(media.filter(({ from, to }) => chunk.from >= from + 8 && chunk.to <= to).length, 1, `${chunk.from} to ${chunk.to}`);
      // One behind the other, from the first byte of each box to its last: nothing lies between them, nothing is lost.
      for (const { from, to } of media) {
        let at = from + 8;
        for (const chunk of chunks.filter((one) => one.from >= from && one.to <= to)) {
          assert.equal(chunk.from, at);
          at = chunk.to;
        }
        assert.equal(at, to);
      }
    });
});

const ftyp = box('ftyp', Buffer.from('isom'));
const head = Buffer.concat([ftyp, Buffer.from('000000016d6461740000000000000010', 'hex')]);
const chunk = Buffer.from('a chunk of samples');
const stco = (...places: number[]): Buffer => box('stco', u32(0), u32(places.length), ...places.map(u32));
const index = (...tables: Buffer[]): Buffer =>
  box('moov', box('mvhd', u32(7)), ...tables.map((table) => box('trak', box('mdia', box('minf', box('stbl', table, box('stsz', u32(0))))))));
const sized = (bytes: number): Buffer => Buffer.concat([u32(bytes), Buffer.from('mdat')]);
const wide = (bytes: number): Buffer => Buffer.concat([u32(1), Buffer.from('mdat'), u32(0), u32(bytes)]);

const first = head.length;
const second = first + chunk.length;
const end = second + chunk.length;
const moov = index(stco(first), stco(second));

describe('what mediabunny writes', () => {
  const run = async (writes: [Buffer, number][]): Promise<Buffer[]> => {
    const out: Buffer[] = [];
    const forward = writeForward({ write: async (data) => void out.push(data) }, (whole) => whole);
    for (const [data, position] of writes) {
      const before = out.length;
      await forward.write(data, position).catch((thrown: unknown) => {
        assert.equal(out.length, before, 'bytes of a step that was refused are out');
        throw thrown;
      });
    }
    forward.close();
    return out;
  };
  const checked: [Buffer, number][] = [
    [head, 0],
    [chunk, first],
    [chunk, second],
    [sized(end - ftyp.length), ftyp.length],
    [moov, end],
  ];
  const media = box('mdat', chunk, chunk);
  const expected = Buffer.concat([ftyp, media, index(stco(ftyp.length + 8), stco(ftyp.length + 8 + chunk.length))]);

  it('comes out forward, its chunks found again', async () => assert.ok(Buffer.concat(await run(checked)).equals(expected)));
  it('likewise with a size of 64 bits', async () =>
    assert.ok(Buffer.concat(await run(checked.with(3, [wide(end - ftyp.length), ftyp.length]))).equals(expected)));

  const otherwise: [string, [Buffer, number][]][] = [
    ['nothing', []],
    ['no index', checked.slice(0, 4)],
    ['no file type', checked.with(0, [head.subarray(ftyp.length), 0])],
    ['another head', checked.with(0, [Buffer.concat([ftyp, wide(17)]), 0])],
    ['a head that is cut', checked.with(0, [head.subarray(0, 10), 0])],
    ['a head elsewhere', checked.with(0, [head, 8])],
    ['two boxes before the data', checked.with(0, [Buffer.concat([ftyp, head]), 0])],
    ['a chunk behind a gap', checked.with(1, [chunk, first + 1])],
    ['a chunk over what is there', checked.with(2, [chunk, first + 1])],
    ['an empty chunk', checked.with(2, [Buffer.alloc(0), second])],
    ['two chunks at once', checked.toSpliced(1, 2, [Buffer.concat([chunk, chunk]), first])],
    ['a chunk in two', checked.toSpliced(1, 1, [chunk.subarray(0, 5), first], [chunk.subarray(5), first + 5])],
    ['a chunk that no index names', checked.with(4, [index(stco(first)), end])],
    ['an index that names what is not there', checked.with(4, [index(stco(first), stco(second, second + 1)), end])],
    ['an index whose table is cut', checked.with(4, [index(stco(first), box('stco', u32(0), u32(2), u32(second))), end])],
    ['another size', checked.with(3, [sized(end - ftyp.length - 1), ftyp.length])],
    ['a size elsewhere', checked.with(3, [sized(end), 0])],
    ['another file type at the end', checked.with(3, [ftyp, 0])],
    ['a size that is cut', checked.with(3, [sized(end - ftyp.length).subarray(0, 3), ftyp.length])],
    ['more than the size', checked.with(3, [Buffer.concat([sized(end - ftyp.length), chunk]), ftyp.length])],
    ['the size twice', checked.toSpliced(4, 0, checked[3]!)],
    ['a chunk behind the size', checked.toSpliced(4, 0, [chunk, end])],
    ['no size', checked.toSpliced(3, 1)],
    ['the index elsewhere', checked.with(4, [moov, end + 1])],
    ['something behind the index', [...checked, [chunk, end + moov.length]]],
    ['something over the index', [...checked, [u32(0), end]]],
  ];
  for (const [what, writes] of otherwise) it(`is refused: ${what}`, () => assert.rejects(run(writes), RangeError));

  it('passes on what the target throws', async () => {
    const full = new Problem('disk-full', 'full');
    const forward = writeForward({ write: () => Promise.reject(full) }, (whole) => whole);
    await assert.rejects(forward.write(head, 0), full);
  });

  it('is refused with a Problem where a part is written', async () => {
    const picture = { codec: 'avc1.64001f', width: 768, height: 576, configuration: Buffer.from([1, 0x64, 0, 0x1f, 0xff, 0xe0, 0]) };
    const part = await openMovie({ write: async () => undefined }, 'mp4', { picture, sound: null, creation: new Date(0) });
    // A picture without a byte: its chunk is one that no place can tell from the next.
    await part.addPicture(Buffer.alloc(0), 0, 40_000, true);
    await assert.rejects(part.finish(40_000), (thrown) => thrown instanceof Problem && thrown.code === 'internal');
  });
});

describe('places of chunks', () => {
  it('behind 4 GiB have 64 bits, in the table that needs them', () => {
    const far = 2 ** 32 + 5;
    const places = new Map([[16, far], [100, 24]]);
    const co64 = box('co64', u32(0), u32(1), u32(1), u32(5));
    assert.ok(withChunkPlaces(index(stco(16), stco(100)), places).equals(index(co64, stco(24))));
  });

  it('that had 64 bits and need them no more have 32', () => {
    const co64 = box('co64', u32(0), u32(1), u32(1), u32(0));
    assert.ok(withChunkPlaces(index(co64), new Map([[2 ** 32, 2 ** 32 - 1]])).equals(index(stco(2 ** 32 - 1))));
  });
});
