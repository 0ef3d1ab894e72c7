// What a media file holds, told by ffprobe, and what an archive made of it must give for a span: neither the box nor the gate has a hand in it.
import fs from 'node:fs';
import type { Span } from '../../plugin/domain/span.js';
import { ask, machineTools } from '../media/tools.js';

export interface Packet {
  /** Microseconds from the first picture shown; below 0 it is not shown. */
  offset: number;
  key: boolean;
  data: Buffer;
}

export interface Clip {
  video: Packet[];
  audio: Packet[];
  /** Microseconds of the pictures, to the end of the last. */
  length: number;
  /** Of the video: SPS and PPS, VPS too; NAL units without start codes. */
  parameterSets: Buffer[];
}

interface Probed {
  streams: { index: number; codec_type: string; codec_name: string; time_base: string }[];
  packets: { stream_index: number; pts: number; duration: number; flags: string; size: string; pos: string }[];
}

/** NAL units of an Annex B stream (ITU-T H.264 and H.265, annex B). */
function splitAnnexB(stream: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = stream.indexOf('000001', 0, 'hex'); at >= 0;) {
    const next = stream.indexOf('000001', at + 3, 'hex');
    let end = next < 0 ? stream.length : next;
    while (end > at && stream[end - 1] === 0) end--;
    nals.push(stream.subarray(at + 3, end));
    at = next;
  }
  return nals;
}

export const isParameterSet = (codec: 'h264' | 'h265', nal: Buffer): boolean =>
  codec === 'h264' ? [7, 8].includes((nal[0] ?? 0) & 0x1f) : [32, 33, 34].includes(((nal[0] ?? 0) >> 1) & 0x3f);

export async function readClip(file: string): Promise<Clip> {
  const { ffmpeg, ffprobe } = await machineTools();
  const { streams, packets } = JSON.parse(
    (await ask(ffprobe, ['-v', 'error', '-of', 'json', '-show_entries', 'stream=index,codec_type,codec_name,time_base:packet=stream_index,pts,duration,flags,size,pos', file])).toString(),
  ) as Probed;
  const bytes = fs.readFileSync(file);
  let length = 0;
  const packetsOf = (kind: string): Packet[] => {
    const stream = streams.find(({ codec_type }) => codec_type === kind);
    if (!stream) return [];
    const [numerator = 1, denominator = 1] = stream.time_base.split('/').map(Number);
    const micros = (ticks: number): number => Math.round((ticks * numerator * 1_000_000) / denominator);
    const own = packets.filter(({ stream_index }) => stream_index === stream.index);
    if (kind === 'video') length = Math.max(...own.map(({ pts, duration }) => micros(pts + duration)));
    return own.map(({ pts, flags, size, pos }) => ({ offset: micros(pts), key: flags.includes('K'), data: bytes.subarray(Number(pos), Number(pos) + Number(size)) }));
  };
  const video = packetsOf('video');
  const codec = { h264: 'h264' as const, hevc: 'h265' as const }[streams.find(({ codec_type }) => codec_type === 'video')?.codec_name ?? ''];
  const first = codec ? await ask(ffmpeg, ['-v', 'error', '-i', file, '-map', '0:v', '-c', 'copy', '-frames:v', '1', '-f', codec === 'h264' ? 'h264' : 'hevc', '-']) : null;
  const parameterSets = first && codec ? splitAnnexB(first).filter((nal) => isParameterSet(codec, nal)) : [];
  return { video, audio: packetsOf('audio'), length, parameterSets };
}

export interface Unit {
  utcMicros: number;
  key: boolean;
  /** Place of the packet in the clip's track. */
  packet: number;
  data: Buffer;
  preRoll: boolean;
  /** Shown behind the span, and followed in decode order by what is shown in it. */
  postRoll: boolean;
}

export interface Laid {
  start: Date;
  seconds: number;
  hole: { from: number; to: number };
}

/** Microseconds at the end of each turn that the archive leaves without sound. */
const seam = 50_000;

/** The clip laid end to end (gstreamer-archive.py says how), in decode order; `gap`: footage is missing before it. */
function layOut({ video, audio, length }: Clip, kind: 'video' | 'audio', { start, seconds, hole }: Laid): (Unit & { gap: boolean })[] {
  const laid: (Unit & { gap: boolean })[] = [];
  let gap = true;
  for (let turn = 0; turn * length < seconds * 1_000_000; turn++)
    (kind === 'video' ? video : audio).forEach(({ offset, key, data }, packet) => {
      if (offset < 0 || (kind === 'audio' && offset > length - seam)) return;
      const at = turn * length + offset;
      if (at >= seconds * 1_000_000 || (at >= hole.from * 1_000_000 && at < hole.to * 1_000_000)) gap = true;
      else if (key || !gap) {
        laid.push({ utcMicros: start.getTime() * 1000 + at, key, packet, data, preRoll: false, postRoll: false, gap });
        gap = false;
      }
    });
  return laid;
}

const border = (span: Span): { from: number; to: number } => ({ from: Date.parse(span.from) * 1000, to: Date.parse(span.to) * 1000 });

/** What a pull of `span` must give: pictures from the key frame at or before it (in a hole: from behind it) to the last that is shown in
 *  it, in decode order; sound inside it alone. */
export function expectedOf(clip: Clip, laid: Laid, span: Span): { video: Unit[]; audio: Unit[] } {
  const { from, to } = border(span);
  const video = layOut(clip, 'video', laid);
  const keys = video.flatMap((unit, index) => (unit.key ? [index] : []));
  const behind = keys.findIndex((index) => video[index]!.utcMicros > from);
  const before = keys[behind < 0 ? keys.length - 1 : Math.max(0, behind - 1)] ?? 0;
  const next = keys[behind];
  const reached = Math.max(...video.slice(before, next).map((unit) => unit.utcMicros)) >= from;
  const begin = reached || next === undefined ? before : next;
  const last = video.reduce((found, unit, index) => (unit.utcMicros < to ? index : found), begin);
  const strip = ({ utcMicros, key, packet, data }: Unit): Unit => ({ utcMicros, key, packet, data, preRoll: utcMicros < from, postRoll: utcMicros >= to });
  return {
    video: video.slice(begin, last + 1).map(strip),
    audio: layOut(clip, 'audio', laid).filter((unit) => unit.utcMicros >= from && unit.utcMicros < to).map(strip),
  };
}
