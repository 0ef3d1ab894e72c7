// One Matroska file of JPEG pictures, with or without sound. Small, since mediabunny cannot mux JPEG.
import { Problem } from '../domain/problem.js';
import { float, size8 } from './ebml.js';
import { clusterHead, header, info, pictureTrack, segmentId, soundTrack, tracks } from './matroska-elements.js';
import type { PartFile, PartForm, PartTarget } from './part-file.js';

const gathered = 1024 * 1024;
/** DateUTC counts nanoseconds from 2001 (RFC 8794, 7.6). */
const epoch2001 = Date.UTC(2001, 0, 1);

function about(creation: Date, durationMicros: number): Buffer {
  const date = Buffer.alloc(8);
  date.writeBigInt64BE(BigInt(creation.getTime() - epoch2001) * 1_000_000n);
  return info({ date, duration: float(durationMicros) });
}

/** Writes to `target` in pieces of about a MiB. */
function gather(target: PartTarget) {
  let pieces: Buffer[] = [];
  let [waiting, written] = [0, 0];
  const flush = async (): Promise<void> => {
    if (waiting === 0) return;
    const data = Buffer.concat(pieces, waiting);
    const position = written;
    [pieces, waiting, written] = [[], 0, written + data.length];
    await target.write(data, position);
  };
  return {
    flush,
    end: (): number => written + waiting,
    async write(...more: Buffer[]): Promise<void> {
      pieces.push(...more);
      waiting += more.reduce((sum, piece) => sum + piece.length, 0);
      if (waiting >= gathered) await flush();
    },
  };
}

/** What `target.write` throws comes out of the calls that write. Units below 0 cannot be told in Matroska: Problem `internal`. */
export async function openMatroska(target: PartTarget, form: PartForm): Promise<PartFile> {
  const out = gather(target);
  const ebml = header();
  const start = ebml.length + segmentId.length + 8;
  let shown = 0;
  await out.write(ebml, segmentId, size8(0), about(form.creation, 0), tracks(form));
  const add = async (track: number, data: Buffer, micros: number, durationMicros: number): Promise<void> => {
    if (micros < 0) throw new Problem('internal', 'Matroska has no time before its beginning.');
    shown = Math.max(shown, micros + durationMicros);
    await out.write(clusterHead(track, micros, data.length), data);
  };
  return {
    addPicture: (data, micros, durationMicros) => add(pictureTrack, data, micros, durationMicros),
    addSound: (data, micros, durationMicros) => add(soundTrack, data, micros, durationMicros),
    async finish() {
      await out.flush();
      await target.write(Buffer.concat([size8(out.end() - start), about(form.creation, shown)]), start - 8);
    },
    cancel: async () => undefined,
  };
}
