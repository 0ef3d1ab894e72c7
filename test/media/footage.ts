// Samples like an adapter's from the fixtures of every codec, and what ffmpeg finds in a part made of them.
import { createHash } from 'node:crypto';
import type { AudioTrack, Sample, Track, VideoTrack } from '../../plugin/domain/vms.js';
import { readMp4 } from '../support/recorder/mp4.js';
import type { MediaTrack } from '../support/recorder/mp4.js';
import { noFlags, videoTrack, zero } from './street.js';
import { ask } from './tools.js';

export const fixture = (name: string): string => new URL(`../fixtures/${name}`, import.meta.url).pathname;

export interface Footage {
  tracks: Track[];
  /** As they lie in time: video and sound interleaved. */
  samples: Sample[];
}

const prefixed = (nals: readonly Buffer[]): Buffer =>
  Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(nal.length);
      return [length, nal];
    }),
  );

const samplesOf = (media: MediaTrack, track: number): Sample[] =>
  media.frames.map((frame, at) => ({
    track,
    utcMicros: zero + Math.round(frame.at),
    key: frame.key,
    flags: { ...noFlags, c: frame.key },
    sequence: [at, at],
    preRoll: false,
    data: media.kind === 'audio' || media.codec === 'jpeg' ? frame.nals[0]! : prefixed(frame.nals),
  }));

const trackOf = (media: MediaTrack, track: number): Track =>
  media.kind === 'audio'
    ? ({ track, token: 'sound', kind: 'audio', codec: media.codec, clockRate: media.clockRate, channels: media.channels, configuration: media.configuration } as AudioTrack)
    : videoTrack(media.parameterSets, media.codec as VideoTrack['codec']);

/** Samples in the order in which they were sent: by when each would be decoded. */
function interleave(tracks: readonly MediaTrack[]): Sample[] {
  const timed = tracks.flatMap((media, track) => samplesOf(media, track).map((sample, at) => ({ sample, at: media.frames[at]!.decodeAt })));
  return timed.sort((a, b) => a.at - b.at).map(({ sample }) => sample);
}

export const readFootage = (name: string): Footage => footageOf(fixture(name));

/** Of an MP4 or MOV file. */
export function footageOf(file: string): Footage {
  const { tracks } = readMp4(file);
  return { tracks: tracks.map(trackOf), samples: interleave(tracks) };
}

/** Two sources as one pull: the video of the first, the sound of the second. */
export function combine(video: Footage, sound: Footage): Footage {
  const until = Math.max(...video.samples.map((sample) => sample.utcMicros));
  const samples = [...video.samples.filter(({ track }) => track === 0), ...sound.samples.filter(({ track, utcMicros }) => track === 1 && utcMicros <= until)];
  return { tracks: [video.tracks[0]!, sound.tracks[1]!], samples: samples.sort((a, b) => a.utcMicros - b.utcMicros) };
}

export const md5 = (data: Buffer): string => createHash('md5').update(data).digest('hex');

/** Time and MD5 of each packet of one kind (`v`, `a`), as stored. Hidden ones have a time below 0. */
export async function packets(ffprobe: string, file: string, kind: 'v' | 'a'): Promise<{ micros: number; md5: string }[]> {
  const args = ['-v', 'error', '-select_streams', `${kind}:0`, '-show_packets', '-show_data_hash', 'md5', '-of', 'json', file];
  const { packets: found } = JSON.parse((await ask(ffprobe, args)).toString()) as { packets: { pts_time: string; data_hash: string }[] };
  return found.map((packet) => ({ micros: Math.round(Number(packet.pts_time) * 1_000_000), md5: packet.data_hash.replace('MD5:', '').toLowerCase() }));
}

/** MD5 of the decoded sound. */
export const decodedSound = async (ffmpeg: string, input: readonly string[]): Promise<string> =>
  (await ask(ffmpeg, ['-v', 'error', ...input, '-map', '0:a:0', '-f', 'md5', '-c:a', 'pcm_s16le', '-'])).toString().trim();
