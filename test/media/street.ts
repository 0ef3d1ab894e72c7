// Samples like an adapter's, from the fixture: H.264 768×576, 10 frames a second, a key frame every 20.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Sample, Track, VideoTrack } from '../../plugin/domain/vms.js';
import type { PartTarget } from '../../plugin/media/part-file.js';
import { muxParts } from '../../plugin/media/mux-parts.js';
import type { Part, UnitLine } from '../../plugin/media/mux-parts.js';
import { readMp4 } from './read-mp4.js';

export const streetFile = new URL('../fixtures/street.mp4', import.meta.url).pathname;

/** 2026-03-01T02:00:00Z. */
export const zero = Date.parse('2026-03-01T02:00:00Z') * 1000;
export const noFlags = { c: false, e: false, d: false, t: false };

/** SPS and PPS of an avcC. */
export function parameterSetsOf(configuration: Buffer): Buffer[] {
  const sets: Buffer[] = [];
  let at = 6;
  for (const count of [configuration[5]! & 0x1f, -1]) {
    const left = count < 0 ? configuration[at++]! : count;
    for (let set = 0; set < left; set++) {
      const bytes = configuration.readUInt16BE(at);
      sets.push(configuration.subarray(at + 2, at + 2 + bytes));
      at += 2 + bytes;
    }
  }
  return sets;
}

export interface Street {
  parameterSets: Buffer[];
  samples: Sample[];
}

/** Frames `from` to `to` of a file; those before `asked` are pre-roll. The first frame of the file is at `start`. */
export async function readStreet({ from = 0, to = 60, asked = 0, file = streetFile, start = zero } = {}): Promise<Street> {
  const mp4 = readMp4(await readFile(file));
  const micros = (time: number) => Math.round((time * 1_000_000) / mp4.timescale);
  const first = micros(Math.min(...mp4.samples.map((sample) => sample.time)));
  const samples = mp4.samples.slice(from, to).map((sample, at): Sample => ({
    track: 0,
    utcMicros: start + micros(sample.time) - first,
    key: sample.key,
    flags: { ...noFlags, c: sample.key },
    sequence: [at * 3, at * 3 + 2],
    preRoll: from + at < asked,
    data: sample.data,
  }));
  return { parameterSets: parameterSetsOf(mp4.configuration), samples };
}

export async function* stream(samples: readonly Sample[]): AsyncGenerator<Sample> {
  for (const sample of samples) yield sample;
}

export interface Muxed {
  parts: Part[];
  files: Buffer[];
  units: UnitLine[];
}

export const videoTrack = (parameterSets: readonly Buffer[], codec: VideoTrack['codec'] = 'h264'): VideoTrack => ({
  track: 0,
  token: 'video',
  kind: 'video',
  codec,
  clockRate: 90_000,
  parameterSets,
});

export const span = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:01:00.000Z' };

/** Muxes into memory. `told`: the tracks, or the parameter sets of one H.264 track. */
export async function mux(samples: readonly Sample[], told: readonly Track[] | readonly Buffer[]): Promise<Muxed> {
  const files: Buffer[] = [];
  const units: UnitLine[] = [];
  const parts: Part[] = [];
  const open = async (part: number): Promise<PartTarget> => {
    assert.equal(parts.length, part - 1, 'the part before has been told');
    files[part - 1] = Buffer.alloc(0);
    return {
      write: async (data, position) => {
        const file = files[part - 1]!;
        const grown = Buffer.concat([file, Buffer.alloc(Math.max(0, position + data.length - file.length))]);
        data.copy(grown, position);
        files[part - 1] = grown;
      },
    };
  };
  const tracks = told.every((one) => Buffer.isBuffer(one)) ? [videoTrack(told)] : (told as readonly Track[]);
  await muxParts(stream(samples), { tracks, open, span, onUnit: (line) => void units.push(line), onPart: (part) => void parts.push(part) });
  return { parts, files, units };
}

/** The elementary stream as it came: NAL units behind start codes. */
export const elementary = (samples: readonly Buffer[]): Buffer => {
  const pieces: Buffer[] = [];
  for (const data of samples)
    for (let at = 0; at < data.length; at += 4 + data.readUInt32BE(at))
      pieces.push(Buffer.from([0, 0, 0, 1]), data.subarray(at + 4, at + 4 + data.readUInt32BE(at)));
  return Buffer.concat(pieces);
};
