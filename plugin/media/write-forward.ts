// What mediabunny writes of an MP4 or MOV, turned into a file that is written strictly forward, so that it can be summed and sealed while it
// comes. mediabunny opens one mdat, whose size it writes when all is in it: here there are many, each begun when its size is known (any
// number may be, ISO/IEC 14496-12, 8.1.1; so in QuickTime), and the index is told where the chunks are now.
import { boxHead, boxHeadBytes, boxesOf } from './boxes.js';
import { withChunkPlaces } from './chunk-places.js';
import type { PartTarget } from './part-file.js';

/** Bytes of media data that make a box; a chunk is never cut, for the index names its beginning alone. */
const gathered = 1024 * 1024;
/** Of an mdat with a size of 64 bits (4.2), that of its own head, for it is empty yet. */
const openHead = Buffer.from('000000016d6461740000000000000010', 'hex');

const notSo = (what: string): RangeError => new RangeError(`mediabunny wrote ${what}`);

/** Box `type` that fills `data`. */
function isBox(data: Buffer, type: string): boolean {
  const [first, ...more] = boxesOf(data);
  return first?.type === type && more.length === 0;
}

/**
 * Takes what mediabunny writes with `fastStart: false`, as it was seen to: the file's type and the head of the mdat; each chunk in one write;
 * the size of the mdat, in its head; the index, which `finishIndex` gets with its chunks in place. Bytes and positions of its own file.
 * `close` when nothing follows. Throws a RangeError where it writes anything else, before a byte of that is out; and what `target.write` throws.
 */
export function writeForward(target: PartTarget, finishIndex: (moov: Buffer) => Buffer) {
  let stage: 'head' | 'chunks' | 'index' | 'end' = 'head';
  /** Of mediabunny's file: where its mdat begins, and where it ends so far. */
  let [mdat, end] = [0, 0];
  /** Of ours. */
  let written = 0;
  const places = new Map<number, number>();
  let waiting: Buffer[] = [];
  let waitingBytes = 0;

  async function put(data: Buffer): Promise<void> {
    const position = written;
    written += data.length;
    await target.write(data, position);
  }

  async function flush(): Promise<void> {
    if (waitingBytes === 0) return;
    const chunks = waiting;
    const head = boxHead('mdat', waitingBytes);
    [waiting, waitingBytes] = [[], 0];
    for (const data of [head, ...chunks]) await put(data);
  }

  async function takeHead(data: Buffer): Promise<void> {
    mdat = data.length - openHead.length;
    if (mdat < 0 || !isBox(data.subarray(0, mdat), 'ftyp') || !data.subarray(mdat).equals(openHead)) throw notSo('another head');
    await put(data.subarray(0, mdat));
    stage = 'chunks';
  }

  async function takeChunk(data: Buffer): Promise<void> {
    if (data.length === 0) throw notSo('an empty chunk');
    places.set(end, written + boxHeadBytes + waitingBytes);
    waiting.push(data);
    waitingBytes += data.length;
    if (waitingBytes >= gathered) await flush();
  }

  async function takeSize(data: Buffer, position: number): Promise<void> {
    const isWide = data.length === openHead.length && data.readUInt32BE(0) === 1;
    const isHead = (isWide || data.length === boxHeadBytes) && data.toString('latin1', 4, 8) === 'mdat';
    const bytes = isWide ? Number(data.readBigUInt64BE(8)) : data.readUInt32BE(0);
    if (!isHead || position !== mdat || position + bytes !== end) throw notSo('where it has written before');
    await flush();
    stage = 'index';
  }

  async function takeIndex(data: Buffer): Promise<void> {
    if (!isBox(data, 'moov')) throw notSo('something else than its index');
    await put(finishIndex(withChunkPlaces(data, places)));
    stage = 'end';
  }

  return {
    async write(data: Buffer, position: number): Promise<void> {
      if (stage === 'chunks' && position < end) return takeSize(data, position);
      if (stage === 'end' || position !== end) throw notSo('somewhere else than at the end');
      await { head: takeHead, chunks: takeChunk, index: takeIndex }[stage](data);
      end += data.length;
    },
    /** Throws a RangeError where no index has come. */
    close(): void {
      if (stage !== 'end') throw notSo('no index');
    },
  };
}
