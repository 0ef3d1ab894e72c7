// The door to mediabunny: one MP4 from received access units, none of them changed. It cannot be led to write the clock of
// this machine, to round a time, or to seek behind the first MiB.
import { EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output, StreamTarget } from 'mediabunny';
import type { StreamTargetChunk } from 'mediabunny';
import { Problem } from '../domain/problem.js';

/** Where a part's bytes go. Positions ascend, save that positions in the first MiB may be written again. */
export interface PartTarget {
  write(data: Buffer, position: number): Promise<void>;
}

export interface Picture {
  /** RFC 6381. */
  codec: string;
  width: number;
  height: number;
  /** avcC. */
  configuration: Buffer;
}

export interface Mp4 {
  /** Presentation time against the first frame shown; below 0 it is hidden by the edit list. In decode order. */
  add(data: Buffer, microseconds: number, durationMicros: number, key: boolean): Promise<void>;
  finish(): Promise<void>;
  /** Gives up: what was written so far is no MP4. */
  cancel(): Promise<void>;
}

const rewritable = 1024 * 1024;
/** Ticks per second of the track: microseconds, so that no time of the recorder is rounded. mediabunny makes it from the frame rate. */
const timescale = 1_000_000;
/** Seconds from 1904 (ISO/IEC 14496-12, 8.2.2) to 1970. */
const epoch1904 = 2_082_844_800;

function writableTo(target: PartTarget): WritableStream<StreamTargetChunk> {
  let end = 0;
  return new WritableStream<StreamTargetChunk>({
    async write({ data, position }) {
      if (position > end || (position < end && position + data.byteLength > rewritable))
        throw new Problem('internal', 'The original could not be written in the order that sealing needs.');
      await target.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength), position);
      end = Math.max(end, position + data.byteLength);
    },
  });
}

/** mediabunny stamps the file with the time of day; the same samples must give the same bytes, so the footage's time stands instead. */
function setCreationTime(output: Output, creation: Date): void {
  const muxer = (output as unknown as { _muxer?: { creationTime?: unknown } })._muxer;
  if (typeof muxer?.creationTime !== 'number') throw new Problem('internal', 'The MP4 writer is not the one that was checked.');
  muxer.creationTime = Math.floor(creation.getTime() / 1000) + epoch1904;
}

/** Opens an MP4 with one H.264 track. What `target.write` throws comes out of `add` or `finish`. */
export async function openMp4(target: PartTarget, picture: Picture, creation: Date): Promise<Mp4> {
  const source = new EncodedVideoPacketSource('avc');
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: false }), target: new StreamTarget(writableTo(target)) });
  setCreationTime(output, creation);
  output.addVideoTrack(source, { frameRate: timescale });
  await output.start();
  const decoderConfig = {
    codec: picture.codec,
    codedWidth: picture.width,
    codedHeight: picture.height,
    description: picture.configuration,
  };
  return {
    add: (data, microseconds, durationMicros, key) =>
      source.add(new EncodedPacket(data, key ? 'key' : 'delta', microseconds / timescale, durationMicros / timescale), { decoderConfig }),
    finish: () => output.finalize(),
    cancel: () => output.cancel(),
  };
}
