// Where units grow: payloads are copied once, from the socket's bytes to the place where the finished unit stays.
import { Problem } from '../../../plugin/domain/problem.js';
import { unitBytes } from '../limits.js';

export interface UnitWriter {
  /** Problem: `vms-fault` where the unit grows past 8 MB. */
  copy(bytes: Buffer, start: number, end: number): void;
  byte(value: number): void;
  /** Begins a NAL unit: room for its length, four bytes. */
  openNal(): void;
  /** Ends it; how long it is, without its length. */
  closeNal(): number;
  /** Of the open unit. */
  size(): number;
  /** The byte so far from its end, from 1. */
  last(back: number): number;
  /** The finished unit. The next one begins behind it. */
  take(): Buffer;
}

/** Units lie one behind the other in slabs of so many bytes; who keeps one keeps its slab. */
export function makeUnitWriter(slabBytes: number): UnitWriter {
  let slab = Buffer.alloc(0);
  let [begin, at, nal] = [0, 0, 0];

  const makeRoom = (more: number): void => {
    const size = at - begin;
    if (size + more > unitBytes) throw new Problem('vms-fault', 'The recorder sent a picture larger than 8 MB.');
    if (at + more <= slab.length) return;
    const next = Buffer.allocUnsafeSlow(Math.max(slabBytes, Math.min(2 * (size + more), unitBytes)));
    slab.copy(next, 0, begin, at);
    [slab, nal, begin, at] = [next, nal - begin, 0, size];
  };
  return {
    copy(bytes, start, end) {
      makeRoom(end - start);
      bytes.copy(slab, at, start, end);
      at += end - start;
    },
    byte(value) {
      makeRoom(1);
      slab[at++] = value;
    },
    openNal() {
      makeRoom(4);
      nal = at;
      at += 4;
    },
    closeNal() {
      const length = at - nal - 4;
      slab.writeUInt32BE(length, nal);
      return length;
    },
    size: () => at - begin,
    last: (back) => slab[at - back] as number,
    take() {
      const unit = slab.subarray(begin, at);
      begin = at;
      return unit;
    },
  };
}
