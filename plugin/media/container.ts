// The door to mediabunny: one MP4 or MOV from received access units, none of them changed. It cannot be led to write the clock of
// this machine, to round a time, to add silence, or to write where it has written before.
import {
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  StreamTarget,
} from 'mediabunny';
import type { StreamTargetChunk } from 'mediabunny';
import { Problem } from '../domain/problem.js';
import type { AudioCodec } from '../domain/vms.js';
import { withMovieTimes } from './movie-times.js';
import type { TrackTimes } from './movie-times.js';
import type { PartFile, PartForm, PartTarget, Picture, Sound } from './part-file.js';
import { writeForward } from './write-forward.js';

export type { Container, PartTarget } from './part-file.js';

/** Ticks per second of every track: microseconds, so that no time of the recorder is rounded. */
const timescale = 1_000_000;
const notChecked = (cause?: unknown): Problem => new Problem('internal', 'The MP4 writer is not the one that was checked.', { cause });

/** Problem `internal` where mediabunny writes otherwise than was checked; Problems of the target come out as they are. */
function streamTo(target: PartTarget, finishIndex: (moov: Buffer) => Buffer): WritableStream<StreamTargetChunk> {
  const forward = writeForward(target, finishIndex);
  const orNotChecked = async (step: () => Promise<void> | void): Promise<void> => {
    try {
      await step();
    } catch (thrown) {
      throw thrown instanceof RangeError ? notChecked(thrown) : thrown;
    }
  };
  return new WritableStream<StreamTargetChunk>({
    write: ({ data, position }) =>
      orNotChecked(() => forward.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength), position)),
    close: () => orNotChecked(() => forward.close()),
  });
}

/** What mediabunny keeps of a track and offers no option for. */
interface Innards {
  type: string;
  timescale: number;
  info: { requiresPcmTransformation?: boolean };
}

/**
 * For a sound track after its first sample, before the second (nothing is computed until then). By itself mediabunny would round times to
 * the sampling rate, shift G.711 by up to 10 ms and fill its gaps with made-up silence.
 */
function keepSoundAsItCame(output: Output): void {
  const { trackDatas } = (output as unknown as { _muxer: { trackDatas?: Innards[] } })._muxer;
  const sound = trackDatas?.find(({ type }) => type === 'audio');
  if (typeof sound?.timescale !== 'number' || typeof sound.info.requiresPcmTransformation !== 'boolean') throw notChecked();
  sound.timescale = timescale;
  sound.info.requiresPcmTransformation = false;
}

const names = { aac: 'aac', pcmu: 'ulaw', pcma: 'alaw' } as const satisfies Record<AudioCodec, string>;

function openSound(output: Output, sound: Sound) {
  const source = new EncodedAudioPacketSource(names[sound.codec]);
  output.addAudioTrack(source);
  const decoderConfig = {
    // mediabunny wants a name of its own list; decoders read the configuration.
    codec: sound.codec === 'aac' ? 'mp4a.40.2' : names[sound.codec],
    numberOfChannels: sound.channels,
    sampleRate: sound.sampleRate,
    description: sound.codec === 'aac' ? sound.configuration : undefined,
  };
  return (packet: EncodedPacket) => source.add(packet, { decoderConfig });
}

function openPicture(output: Output, { codec, width, height, configuration }: Picture) {
  const source = new EncodedVideoPacketSource(codec.startsWith('avc1') ? 'avc' : 'hevc');
  output.addVideoTrack(source, { frameRate: timescale });
  const decoderConfig = { codec, codedWidth: width, codedHeight: height, description: configuration };
  return (packet: EncodedPacket) => source.add(packet, { decoderConfig });
}

const packetOf = (data: Buffer, micros: number, durationMicros: number, key: boolean): EncodedPacket =>
  new EncodedPacket(data, key ? 'key' : 'delta', micros / timescale, durationMicros / timescale);

/** mediabunny holds a chunk in memory until time has gone on by half a second: time that does not would fill the memory. */
const chunkMicros = 500_000;
const mostHeldBytes = 32 * 1024 * 1024;

/** Problem `wrong-footage`: more bytes than any camera makes (500 Mbit/s), and hardly any time gone by. */
function watchHeld(): (data: Buffer, micros: number) => void {
  let [since, bytes] = [Infinity, 0];
  return (data, micros) => {
    since = Math.min(since, micros);
    if (micros - since >= chunkMicros) [since, bytes] = [micros, 0];
    bytes += data.length;
    if (bytes > mostHeldBytes)
      throw new Problem('wrong-footage', 'The recorder sends footage whose time does not go on, more than any camera makes.');
  };
}

const nothing = (): TrackTimes => ({ first: Infinity, end: -Infinity });
const extend = (times: TrackTimes, micros: number, durationMicros: number): void => {
  times.first = Math.min(times.first, micros);
  times.end = Math.max(times.end, micros + durationMicros);
};

/** H.264 or H.265, with or without sound. What `target.write` throws comes out of the calls that write. */
export async function openMovie(target: PartTarget, kind: 'mp4' | 'mov', form: PartForm): Promise<PartFile> {
  const [picture, sound] = [nothing(), nothing()];
  const [judgePicture, judgeSound] = [watchHeld(), watchHeld()];
  const index = (moov: Buffer): Buffer => withMovieTimes(moov, sound.end > -Infinity ? [picture, sound] : [picture], form.creation);
  const options = { fastStart: false } as const;
  const format = kind === 'mp4' ? new Mp4OutputFormat(options) : new MovOutputFormat(options);
  const output = new Output({ format, target: new StreamTarget(streamTo(target, index)) });
  const addPicture = openPicture(output, form.picture);
  const addSound = form.sound && openSound(output, form.sound);
  await output.start();
  return {
    async addPicture(data, micros, durationMicros, key) {
      judgePicture(data, micros);
      extend(picture, micros, durationMicros);
      await addPicture(packetOf(data, micros, durationMicros, key));
    },
    async addSound(data, micros, durationMicros) {
      if (!addSound) throw new Problem('internal', 'The part was opened without sound.');
      judgeSound(data, micros);
      const isFirst = sound.end === -Infinity;
      extend(sound, micros, durationMicros);
      await addSound(packetOf(data, micros, durationMicros, true));
      if (isFirst) keepSoundAsItCame(output);
    },
    async finish(shownMicros) {
      picture.end = shownMicros;
      await output.finalize();
    },
    cancel: () => output.cancel(),
  };
}
