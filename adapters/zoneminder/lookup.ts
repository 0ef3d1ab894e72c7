// Facts of an event for who judges a request: what the gate's own account is told, never what the request says.
import { Problem } from '../../plugin/domain/problem.js';
import type { ClockReading } from '../../plugin/domain/vms.js';
import type { Footage } from '../../plugin/domain/web-front.js';
import type { CallOptions } from './api.js';
import { clockNow } from './clock.js';
import type { Device } from './device.js';
import { findEdges, findEvent, findEvents, findFrame, type ZmEvent } from './events.js';
import { anchorOf } from './event-time.js';
import { timesOf } from './jpeg-event.js';
import type { FrameRow } from './schemas.js';

export const blocked = (detail: string): Problem => new Problem('route-blocked', detail);
const missing = (): Problem => new Problem('footage-missing', 'The video system has no such recording.');

/** A number as ZoneMinder gives it. Problem `route-blocked`: PHP would read a number out of other text too, another one than we. */
export function numberOf(text: string | undefined): string {
  if (text === undefined || !/^[1-9]\d{0,18}$/.test(text)) throw blocked('The request does not name a recording by its number.');
  return text;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** From the second in which it begins to the end of the one in which it ends; while it is recorded, up to `now`. */
export function footageOf(event: ZmEvent, reading: ClockReading, now: Date): Footage {
  const { offsetMs, uncertaintyMs } = reading;
  const to = event.end === null ? Math.max(now.getTime() + offsetMs, event.start + event.lengthMs, event.start + 1000) : Math.max(event.end, event.start) + 1000;
  const offset = Math.abs(offsetMs) <= uncertaintyMs ? 0 : offsetMs;
  return { event: event.id, source: { recording: event.monitor }, from: iso(event.start), to: iso(to), finished: event.end !== null, offsetMs: offset };
}

export interface Looked {
  event: ZmEvent;
  frames: FrameRow[];
  footage: Footage;
}

/** Problems: `footage-missing`, `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function lookUp(device: Device, id: string, options: CallOptions, frames = false): Promise<Looked> {
  const { zone, reading } = await clockNow(device, options);
  const found = await findEvent(device, id, zone, options, frames);
  if (!found) throw missing();
  return { ...found, footage: footageOf(found.event, reading, device.now()) };
}

/** The event that holds a time (seconds since 1970) of a monitor. Problems as above. */
export async function lookUpByTime(device: Device, monitor: string, seconds: number, options: CallOptions): Promise<Looked> {
  const { zone } = await clockNow(device, options);
  const at = seconds * 1000;
  const events = await findEvents(device, monitor, { from: at, to: at + 1 }, zone, options);
  const event = events.findLast(({ start }) => start <= at);
  if (!event) throw missing();
  return await lookUp(device, event.id, options);
}

/** The event that a frame belongs to, by the frame's own number, and its number in the event. Problems as above. */
export async function lookUpByFrame(device: Device, id: string, options: CallOptions): Promise<Looked & { frame: number }> {
  const frame = await findFrame(device, id, options);
  if (!frame) throw missing();
  return { ...(await lookUp(device, frame.EventId, options, true)), frame: frame.FrameId };
}

/** Everything of a monitor; none where it holds nothing. Problems as above. */
export async function lookUpMonitor(device: Device, monitor: string, options: CallOptions): Promise<Footage[]> {
  const { zone, reading } = await clockNow(device, options);
  const edges = await findEdges(device, monitor, zone, options);
  if (!edges) return [];
  const last = footageOf(edges.last, reading, device.now());
  return [{ ...last, event: '*', from: iso(edges.first.start) }];
}

/** When a frame of an event was taken, as a pull would tell it; inside of the event. */
export function instantOf({ event, frames, footage }: Looked, frame: number): string {
  const begins = anchorOf(event, event.lengthMs * 1000).best / 1000;
  const at = begins + timesOf(event, frames)(frame) / 1000;
  return iso(Math.min(Math.max(Math.round(at), event.start), Date.parse(footage.to) - 1));
}

/** Values of a name that may be a list: `eids=7` and `eids[]=7` are one to ZoneMinder. */
export function listOf(
  { params, lists }: { params: ReadonlyMap<string, string>; lists: ReadonlyMap<string, readonly string[]> },
  name: string,
): string[] {
  const list = lists.get(`${name}[]`) ?? lists.get(name);
  const single = params.get(name);
  if (list && single !== undefined) throw blocked(`The request names ${name} in two ways.`);
  return [...(list ?? (single === undefined || single === '' ? [] : [single]))];
}
