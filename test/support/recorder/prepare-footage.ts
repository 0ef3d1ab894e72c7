// What a recorder makes of a file before it plays it: parameter sets in band, A-law, pictures at uneven times.
import { readMp4, type Footage, type Frame, type MediaTrack } from './mp4.js';

export interface Preparation {
  /** Do key frames carry their parameter sets? Real recorders' do. */
  inBandParameterSets: boolean;
  /** G.711 as A-law. */
  aLaw: boolean;
  /** Times between pictures differ, by up to 0.6 of one. */
  unevenRate: boolean;
}

/** mu-law to linear and linear to A-law (ITU-T G.711), 14 bits and 13 bits of magnitude. */
function toALaw(muLaw: number): number {
  const code = ~muLaw & 255;
  const magnitude = ((((code & 15) << 1) + 33) << ((code >> 4) & 7)) - 33;
  const sample = Math.min(magnitude >> 1, 4095);
  const segment = sample < 32 ? 0 : Math.floor(Math.log2(sample)) - 4;
  const mantissa = (sample >> Math.max(segment, 1)) & 15;
  return ((segment << 4) | mantissa | (code & 0x80 ? 0 : 0x80)) ^ 0x55;
}

const aLawOf = (track: MediaTrack): MediaTrack => ({
  ...track,
  codec: 'pcma',
  frames: track.frames.map((frame) => ({ ...frame, nals: frame.nals.map((data) => Buffer.from(data.map(toALaw))) })),
});

/** Moves every instant of the track later by the same rule, so that order stays; the first stays where it is. */
function unevenly(track: MediaTrack): MediaTrack {
  const each = track.cycle / track.frames.length;
  const late = (at: number): number => at + ((Math.round(at / each) * 7) % 5) * 0.15 * each;
  return { ...track, frames: track.frames.map((frame) => ({ ...frame, at: late(frame.at), decodeAt: late(frame.decodeAt) })) };
}

const withSets = (track: MediaTrack, frame: Frame): Frame =>
  frame.key ? { ...frame, nals: [...track.parameterSets, ...frame.nals] } : frame;

export function prepareFootage(path: string, how: Preparation): Footage {
  const tracks = readMp4(path).tracks.map((original) => {
    let track = original;
    if (track.kind === 'video' && how.inBandParameterSets)
      track = { ...track, frames: track.frames.map((frame) => withSets(track, frame)) };
    if (track.kind === 'video' && how.unevenRate) track = unevenly(track);
    return track.codec === 'pcmu' && how.aLaw ? aLawOf(track) : track;
  });
  return { tracks };
}
