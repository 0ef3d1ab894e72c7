// The adapter's door to mediabunny: an event's film (MP4, fragmented or not, or Matroska) → units with their times, as they are stored.
// mediabunny's other door writes films (plugin/media/container.ts); this one only reads, and what it reads comes from outside.
import { CustomSource, EncodedPacketSink, Input, Logging, LogLevel, MATROSKA, MP4, QTFF, type EncodedPacket } from 'mediabunny';
import { Problem } from '../../plugin/domain/problem.js';
import type { LeftOut, VideoCodec } from '../../plugin/domain/vms.js';
import { isCleanPoint, joinNals, readCodecData, splitNals } from './codec-data.js';
import type { Film } from './film.js';
import { judgeRuns } from './judge-runs.js';
import { unitBytes } from './limits.js';

export interface MovieUnit {
  kind: 'video' | 'audio';
  /** When it is shown or heard, microseconds on the film's own clock. */
  micros: number;
  /** Decoding can begin here. Always for sound. */
  key: boolean;
  /** NAL units behind lengths of 4 bytes; one raw access unit of AAC. */
  data: Buffer;
}

export interface Movie {
  video: { codec: VideoCodec; clockRate: number; parameterSets: readonly Buffer[] };
  audio: { clockRate: number; channels: number; configuration: Buffer } | null;
  leftOut: readonly LeftOut[];
  /** When its first and last picture are shown, microseconds on the film's own clock. */
  firstMicros: number;
  lastMicros: number;
  /** In decode order for each track, from the key frame at or before `from` (microseconds on the film's own clock; -Infinity: all). Ends
   *  where the film can be read no further. */
  units(from: number): AsyncGenerator<MovieUnit, void>;
  /** It could not be read to its end. */
  isDamaged(): boolean;
  close(): void;
}

// It would write of each broken film to the console, in words that the film chose.
Logging.level = LogLevel.Silent;

const codecs = { avc: 'h264', hevc: 'h265' } as const;
const second = 1_000_000;
const margin = 16;

/** What mediabunny tells of a codec: of types that only browsers have. */
type Described = { description?: ArrayBuffer | ArrayBufferView } | null;

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error('a film could not be read', { cause: thrown }));

/** Problems that come out of reading: of the film's source; of mediabunny's own complaints nothing but that there are some. */
function makeInput(film: Film): { input: Input; guarded<T>(work: () => Promise<T>): Promise<T | null>; isDamaged(): boolean } {
  let failure: Error | null = null;
  let damaged = false;
  const judge = judgeRuns(film);
  const source = new CustomSource({
    getSize: () => film.size,
    read: async (from, to) => {
      try {
        // A little around it too: mediabunny keeps what it has read, and asks for the rest.
        const [left, right] = [Math.max(0, from - margin), Math.min(film.size, to + margin)];
        const bytes = await film.read(left, right);
        await judge(left, bytes);
        return bytes.subarray(from - left, to - left);
      } catch (thrown) {
        failure ??= asError(thrown);
        throw failure;
      }
    },
    maxCacheSize: 1024 * 1024,
    // What fails while nobody waits fails again when somebody does.
    handleUnhandledError: (thrown) => void (failure ??= asError(thrown)),
  });
  return {
    input: new Input({ source, formats: [MP4, QTFF, MATROSKA] }),
    async guarded(work) {
      try {
        return await work();
      } catch {
        if (failure !== null) throw failure;
        damaged = true;
        return null;
      }
    },
    isDamaged: () => damaged,
  };
}

/** Null: there is no picture in it (yet). Problems: `codec-unsupported`, and those of `film.read`. */
export async function openMovie(film: Film): Promise<Movie | null> {
  const { input, guarded, isDamaged } = makeInput(film);
  const close = (): void => input.dispose();
  try {
    const opened = await guarded(async () => {
      const [videos, audios] = [await input.getVideoTracks(), await input.getAudioTracks()];
      const video = videos[0];
      if (!video) return null;
      const config = (await video.getDecoderConfig()) as Described;
      const sound = audios[0] ?? null;
      const soundConfig = sound && ((await sound.getDecoderConfig()) as Described);
      const [first, last] = [
        await new EncodedPacketSink(video).getFirstPacket({ metadataOnly: true }),
        await new EncodedPacketSink(video).getPacket(Infinity, { metadataOnly: true }),
      ];
      return first && last ? { videos, audios, video, config, sound, soundConfig, first, last } : null;
    });
    if (!opened) {
      close();
      return null;
    }
    const { videos, audios, video, config, sound, soundConfig, first, last } = opened;
    const codec = video.codec === 'avc' || video.codec === 'hevc' ? codecs[video.codec] : null;
    const description = config?.description;
    const data = codec && readCodecData(codec, description ? bytesOf(description) : null);
    if (!codec || !data)
      throw new Problem(
        'codec-unsupported',
        'The video system recorded in a form that the gate cannot keep; right is H.264 or H.265 as the camera sends it, or JPEG.',
      );
    const aac = sound?.codec === 'aac' && soundConfig?.description ? sound : null;
    const leftOut: LeftOut[] = [
      ...videos.slice(1).map((track): LeftOut => ({ kind: 'video', encoding: track.codec ?? 'unknown', why: 'second' })),
      ...audios.slice(1).map((track): LeftOut => ({ kind: 'audio', encoding: track.codec ?? 'unknown', why: 'second' })),
      ...(sound && !aac ? [{ kind: 'audio', encoding: sound.codec ?? 'unknown', why: 'codec' } as const] : []),
    ];
    const pictures = cursor(new EncodedPacketSink(video), guarded, (packet) => {
      const nals = splitNals(Buffer.from(packet.data.buffer, packet.data.byteOffset, packet.data.byteLength), data.lengthBytes);
      // The last picture of a film that was cut is cut.
      return nals && nals.length > 0
        ? { kind: 'video', micros: microsOf(packet), key: isCleanPoint(codec, nals), data: joinNals(nals) }
        : null;
    });
    const sounds =
      aac &&
      cursor(new EncodedPacketSink(aac), guarded, (packet) => ({
        kind: 'audio',
        micros: microsOf(packet),
        key: true,
        data: Buffer.from(packet.data),
      }));
    return {
      video: { codec, clockRate: Math.round(video.timeResolution), parameterSets: data.parameterSets },
      audio:
        aac && soundConfig?.description
          ? { clockRate: aac.sampleRate, channels: aac.numberOfChannels, configuration: bytesOf(soundConfig.description) }
          : null,
      leftOut,
      firstMicros: microsOf(first),
      lastMicros: Math.max(microsOf(first), microsOf(last)),
      units: (from) => interleave(pictures, sounds, from),
      isDamaged,
      close,
    };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

const bytesOf = (description: ArrayBuffer | ArrayBufferView): Buffer =>
  ArrayBuffer.isView(description)
    ? Buffer.from(description.buffer, description.byteOffset, description.byteLength)
    : Buffer.from(description);

const microsOf = ({ timestamp }: EncodedPacket): number => Math.round(timestamp * second);

/** Units of one track, one after the other. */
type Cursor = (from: number) => () => Promise<MovieUnit | null>;

function cursor(
  sink: EncodedPacketSink,
  guarded: <T>(work: () => Promise<T>) => Promise<T | null>,
  toUnit: (packet: EncodedPacket) => MovieUnit | null,
): Cursor {
  return (from) => {
    let packet: EncodedPacket | null = null;
    let begun = false;
    return async () => {
      const before: EncodedPacket | null = packet;
      packet = await guarded(async () => {
        if (begun) return before && (await sink.getNextPacket(before));
        // The index of a film may call a picture key that is none.
        const key = from === -Infinity ? null : await sink.getKeyPacket(from / second, { verifyKeyPackets: true });
        return key ?? (await sink.getFirstPacket());
      });
      begun = true;
      if (packet && packet.data.length > unitBytes)
        throw new Problem('vms-fault', 'A picture in the video system’s film is longer than 8 MB.');
      return packet && toUnit(packet);
    };
  };
}

/** By their times, so that pictures and the sound that belongs to them lie side by side. */
async function* interleave(pictures: Cursor, sounds: Cursor | null, from: number): AsyncGenerator<MovieUnit, void> {
  const [nextPicture, nextSound] = [pictures(from), sounds?.(from)];
  let picture = await nextPicture();
  let sound = (await nextSound?.()) ?? null;
  while (picture || sound) {
    if (sound && (!picture || sound.micros < picture.micros)) {
      yield sound;
      sound = (await nextSound?.()) ?? null;
    } else if (picture) {
      yield picture;
      picture = await nextPicture();
    }
  }
}
