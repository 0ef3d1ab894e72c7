// An event without a film: one JPEG file for each picture. ZoneMinder keeps the time of the first picture, of each hundredth, and how many
// there are in which time; what lies between is counted on.
import type { CallOptions } from './api.js';
import type { Device } from './device.js';
import { findEvent, type ZmEvent } from './events.js';
import { unitBytes } from './limits.js';
import type { MovieUnit } from './read-movie.js';
import type { FrameRow } from './schemas.js';

const second = 1_000_000;
/** ZM_EVENT_IMAGE_DIGITS, as it comes. */
const digits = 5;
/** So many pictures missing one behind the other: the rest is not there either. */
const mostMissing = 20;
/** A recorder that has just started writes what it held already, with no time of its own: its first pictures seem to come quicker. */
const hurried = 1.25;

/** Picture and microseconds from the event's start. */
interface Point {
  frame: number;
  micros: number;
}

const between = (a: Point, b: Point): number => (b.micros - a.micros) / (b.frame - a.frame);

/** Points of which times are known, the first of them of picture 1. */
function pointsOf({ end, frames, lengthMs, follows, paceBeside }: ZmEvent, rows: readonly FrameRow[]): Point[] {
  const points: Point[] = [{ frame: 1, micros: 0 }];
  const told = rows.map(({ FrameId, Delta }) => ({ frame: FrameId, micros: Math.round(Delta * second) }));
  if (end !== null && frames > 1) told.push({ frame: frames, micros: lengthMs * 1000 });
  for (const point of told.sort((a, b) => a.frame - b.frame)) {
    const last = points.at(-1)!;
    if (point.frame > last.frame && point.micros > last.micros) points.push(point);
  }
  const steady = points.length > 2 ? between(points.at(-2)!, points.at(-1)!) : paceBeside;
  const behind = points[1];
  if (!follows && steady !== null && behind && between(points[0]!, behind) < steady / hurried)
    points[0] = { frame: 1, micros: Math.round(behind.micros - (behind.frame - 1) * steady) };
  return points;
}

/** When a picture was taken, microseconds from the event's start. */
export function timesOf(event: ZmEvent, rows: readonly FrameRow[]): (frame: number) => number {
  const points = pointsOf(event, rows);
  return (frame) => {
    const after = points.findIndex((point) => point.frame >= frame);
    if (points[after]?.frame === frame) return points[after].micros;
    const [a, b] = after > 0 ? [points[after - 1]!, points[after]!] : [points.at(-2), points.at(-1)!];
    const pace = a ? between(a, b) : (event.paceBeside ?? second);
    return Math.round(b.micros + (frame - b.frame) * pace);
  };
}

/** From SOI to EOI (ITU-T T.81, B.1.1.3): one that is still being written has no end. */
const isWhole = (jpeg: Buffer): boolean =>
  jpeg.length > 4 && jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(jpeg.length - 2) === 0xffd9;

/**
 * Null where it is not there. By its number where ZoneMinder knows it: there it must have a row, or lie between two. The others only by
 * their file.
 */
async function fetchPicture({ api }: Device, event: ZmEvent, frame: number, lastRow: number, options: CallOptions): Promise<Buffer | null> {
  const limit = { type: /^image\/jpeg$/, most: unitBytes };
  const byFile = event.folder && { view: 'image', path: `${event.folder}/${String(frame).padStart(digits, '0')}-capture.jpg` };
  const form = frame <= lastRow || !byFile ? { view: 'image', eid: event.id, fid: String(frame), show: 'capture' } : byFile;
  const { status, body } = await api.file(form, limit, options);
  return status === 200 && isWhole(body) ? body : null;
}

export interface Pictures {
  /** When the first was taken, microseconds from the event's start: before it where the recorder had just started. */
  firstMicros: number;
  units(from: number): AsyncGenerator<MovieUnit, void>;
}

/** Null where the event is gone. Problems: `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function openPictures(device: Device, listed: ZmEvent, zone: string, options: CallOptions): Promise<Pictures | null> {
  const found = await findEvent(device, listed.id, zone, options, true);
  if (!found) return null;
  const { frames } = found;
  const event = { ...found.event, follows: listed.follows, paceBeside: listed.paceBeside };
  const timeOf = timesOf(event, frames);
  const lastRow = frames.reduce((last, { FrameId }) => Math.max(last, FrameId), 0);
  async function* units(from: number): AsyncGenerator<MovieUnit, void> {
    // While it is recorded nobody tells how many there are.
    const most = event.end === null ? Infinity : event.frames;
    let missing = 0;
    for (let frame = 1; frame <= most && missing < (event.end === null ? 1 : mostMissing); frame++) {
      if (timeOf(frame) < from && frame < most) continue;
      const data = await fetchPicture(device, event, frame, lastRow, options);
      missing = data ? 0 : missing + 1;
      if (data) yield { kind: 'video', micros: timeOf(frame), key: true, data };
    }
  }
  return { firstMicros: timeOf(1), units };
}
