// Reads the tracks of a small MP4 or MOV (ISO/IEC 14496-12 and -15): the footage that the recorder in a box plays.
import { readFileSync } from 'node:fs';
import { boxesIn, descend, words } from './boxes.js';
import { readEntry, type Entry } from './sample-entry.js';

export interface Frame {
  key: boolean;
  /** NAL units as stored, without lengths or start codes; for other codecs the one stored unit. */
  nals: Buffer[];
  /** Microseconds from the beginning of the track, in order of decoding and of presentation. Both begin at 0. */
  decodeAt: number;
  at: number;
}

export interface MediaTrack extends Entry {
  /** In order of decoding. */
  frames: Frame[];
  /** Microseconds after which the track begins again when it is looped. */
  cycle: number;
}

/** Video first. */
export interface Footage {
  tracks: MediaTrack[];
}

/** Runs of (count, value), 32 bits each, spread over the samples. */
function spread(runs: number[]): number[] {
  const values: number[] = [];
  for (let index = 0; index + 1 < runs.length; index += 2) {
    const value = runs[index + 1] ?? 0;
    for (let left = runs[index] ?? 0; left > 0; left--) values.push(value);
  }
  return values;
}

function chunkOffsets(stbl: Buffer): number[] {
  const short = boxesIn(stbl).find((box) => box.type === 'stco');
  if (short) return words(short.body);
  const long = descend(stbl, 'co64');
  return Array.from({ length: long.readUInt32BE(4) }, (_, index) => Number(long.readBigUInt64BE(8 + 8 * index)));
}

/** Where each chunk begins and how many samples it holds. */
function chunksOf(stbl: Buffer): { start: number; samples: number }[] {
  const runs = words(descend(stbl, 'stsc'));
  let run = 0;
  return chunkOffsets(stbl).map((start, index) => {
    while ((runs[3 * (run + 1)] ?? Infinity) <= index + 1) run++;
    return { start, samples: runs[3 * run + 1] ?? 0 };
  });
}

function samplesOf(file: Buffer, stbl: Buffer): Buffer[] {
  const stsz = descend(stbl, 'stsz');
  const [same, sizes] = [stsz.readUInt32BE(4), words(stsz, 12)];
  const samples: Buffer[] = [];
  for (const chunk of chunksOf(stbl)) {
    let at = chunk.start;
    for (let left = chunk.samples; left > 0; left--) {
      const size = same || (sizes[samples.length] ?? 0);
      samples.push(file.subarray(at, at + size));
      at += size;
    }
  }
  return samples;
}

function splitNals(sample: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at < sample.length;) {
    const length = sample.readUInt32BE(at);
    nals.push(sample.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return nals;
}

function videoFrames(entry: Entry, stbl: Buffer, samples: Buffer[], timescale: number): { frames: Frame[]; cycle: number } {
  const optional = (type: string): Buffer | undefined => boxesIn(stbl).find((box) => box.type === type)?.body;
  const [durations, stss, ctts] = [spread(words(descend(stbl, 'stts'))), optional('stss'), optional('ctts')];
  const keys = stss && new Set(words(stss));
  const leads = ctts ? spread(words(ctts).map((value) => value | 0)) : [];
  const micros = (ticks: number): number => (ticks * 1e6) / timescale;
  let ticks = 0;
  const frames = samples.map((sample, index) => {
    const frame = {
      key: keys ? keys.has(index + 1) : true,
      nals: entry.codec === 'jpeg' ? [sample] : splitNals(sample),
      decodeAt: micros(ticks),
      at: micros(ticks + (leads[index] ?? 0) - (leads[0] ?? 0)),
    };
    ticks += durations[index] ?? 0;
    return frame;
  });
  return { frames, cycle: micros(ticks) };
}

/** Samples of equal length in time: AAC access units of 1024, G.711 in pieces of 20 ms. */
function audioFrames(entry: Entry, samples: Buffer[]): { frames: Frame[]; cycle: number } {
  let units = samples;
  if (entry.codec !== 'aac') {
    const [all, size] = [Buffer.concat(samples), entry.clockRate / 50];
    units = Array.from({ length: Math.floor(all.length / size) }, (_, index) => all.subarray(index * size, (index + 1) * size));
  }
  const each = ((entry.codec === 'aac' ? 1024 : entry.clockRate / 50) * 1e6) / entry.clockRate;
  const frames = units.map((unit, index) => ({ key: true, nals: [unit], decodeAt: index * each, at: index * each }));
  return { frames, cycle: units.length * each };
}

/** Edit lists are not heeded: every stored sample is footage. 4-byte NAL lengths. */
export function readMp4(path: string): Footage {
  const file = readFileSync(path);
  const tracks = boxesIn(descend(file, 'moov'))
    .filter((box) => box.type === 'trak')
    .flatMap((trak): MediaTrack[] => {
      const mdia = descend(trak.body, 'mdia');
      const stbl = descend(mdia, 'minf/stbl');
      const entry = readEntry(descend(stbl, 'stsd'));
      if (!entry) return [];
      const samples = samplesOf(file, stbl);
      const timescale = descend(mdia, 'mdhd').readUInt32BE(12);
      const laid = entry.kind === 'video' ? videoFrames(entry, stbl, samples, timescale) : audioFrames(entry, samples);
      return [{ ...entry, ...laid }];
    })
    .sort((a, b) => Number(a.kind === 'audio') - Number(b.kind === 'audio'));
  if (tracks[0]?.kind !== 'video' || tracks.filter((track) => track.kind === 'video').length > 1)
    throw new Error('The MP4 has no video track, or several.');
  return { tracks };
}
