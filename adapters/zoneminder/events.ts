// What ZoneMinder holds of a camera: events, each a stretch of footage. Their times are local, in whole seconds; a camera that records all
// the time has one event behind the other.
import { Problem } from '../../plugin/domain/problem.js';
import type { CallOptions } from './api.js';
import type { Device } from './device.js';
import { mostEvents, pageRows } from './limits.js';
import { readEvent, readEvents, readFrame, type EventRow, type FrameRow } from './schemas.js';
import { fromLocal, offsetAt, toLocal } from './zone.js';

/** Times in milliseconds since 1970, by the system's clock. */
export interface ZmEvent {
  id: string;
  monitor: string;
  /** The second in which it begins, as told. A recorder that starts writes pictures of some seconds before into its first event. */
  start: number;
  /** The second in which it ends; null while it is being recorded, and where ZoneMinder was ended in the middle of it. */
  end: number | null;
  /** Another one ends where it begins. False where that was not looked at. */
  follows: boolean;
  /** Microseconds between two pictures of the event beside it, where both are pictures alone; null where that was not looked at. */
  paceBeside: number | null;
  /** As told; 0 while it is being recorded. */
  lengthMs: number;
  /** Pictures, as told. */
  frames: number;
  /** Name of its film; empty where it is pictures alone. */
  video: string;
  archived: boolean;
  width: number;
  height: number;
  /** Below the folder of events: `3/2026-03-01/77`; null where it is not told. */
  folder: string | null;
  /** Numbers of the pictures that its page shows first: the most striking one, and the first of an alarm. */
  snapshotFrame: number | null;
  alarmFrame: number | null;
}

/** Whole seconds of both, and a moment in which the next one is begun. Milliseconds. */
const breath = 3000;
/** A film that began so long before its event is not one that ZoneMinder writes. */
const mostLeadMs = 30_000;
/** Of the events before a span, so many may still reach into it. */
const lookBack = 20;

/** `/var/lib/zm/events/3/2026-03-01/77` → the part that ZoneMinder's own schemes make: from the monitor's number on. */
function folderOf({ MonitorId, FileSystemPath }: EventRow): string | null {
  const found = new RegExp(`/(${MonitorId}/(?:\\d{4}-\\d\\d-\\d\\d/\\d+|\\d+|(?:\\d\\d/){5}\\d\\d))/?$`).exec(FileSystemPath ?? '');
  return found?.[1] ?? null;
}

/** `after`: the start of the event before it, by which a time that the wall showed twice is told apart. Null without a start. */
function toEvent(row: EventRow, zone: string, after = -Infinity): ZmEvent | null {
  const starts = row.StartDateTime === null ? null : fromLocal(row.StartDateTime, zone);
  if (!starts) return null;
  const start = starts.find((at) => at >= after) ?? starts[0];
  const ends = row.EndDateTime === null ? null : fromLocal(row.EndDateTime, zone);
  return {
    id: row.Id,
    monitor: row.MonitorId,
    start,
    end: ends ? (ends.find((at) => at >= start) ?? ends[0]) : null,
    follows: false,
    paceBeside: null,
    lengthMs: Math.max(0, Math.round((row.Length ?? 0) * 1000)),
    frames: row.Frames ?? 0,
    video: row.DefaultVideo ?? '',
    archived: row.Archived,
    width: row.Width,
    height: row.Height,
    folder: folderOf(row),
    snapshotFrame: row.MaxScoreFrameId ?? null,
    alarmFrame: row.AlarmFrameId ?? null,
  };
}

const otherThanAsked = (what: string): Problem => new Problem('vms-fault', `The video system was asked for ${what} and told of others.`);

interface Conditions {
  monitor: string;
  /** `StartDateTime >=` and so on → local time. */
  times: Record<string, string>;
}

async function page({ api }: Device, { monitor, times }: Conditions, query: Record<string, string>, options: CallOptions) {
  const named = Object.entries({ MonitorId: monitor, ...times }).map(
    ([name, value]) => `${encodeURIComponent(name)}:${encodeURIComponent(value)}`,
  );
  const found = await api.data({ path: `events/index/${named.join('/')}`, query }, readEvents, options);
  // What is judged by the one and pulled from the other would be another camera's picture.
  if (found?.events.some(({ MonitorId }) => MonitorId !== monitor)) throw otherThanAsked(`events of monitor ${monitor}`);
  return found ?? { events: [], pages: 0, total: 0 };
}

/** All pages, by the order in which they were recorded. Problem `vms-fault`: more than any camera records. */
async function pages(device: Device, conditions: Conditions, options: CallOptions): Promise<EventRow[]> {
  const rows = new Map<string, EventRow>();
  for (let number = 1, last = 1; number <= last; number++) {
    const query = { sort: 'Id', direction: 'asc', limit: String(pageRows), page: String(number) };
    const found = await page(device, conditions, query, options);
    // Events that are deleted meanwhile move the pages: what came before is not taken twice.
    for (const row of found.events) rows.set(row.Id, row);
    last = found.pages;
    if (found.total > mostEvents || last > mostEvents / pageRows)
      throw new Problem(
        'vms-fault',
        `The video system lists more than ${mostEvents} events of this camera in the span; ask for a shorter one.`,
      );
    options.signal.throwIfAborted();
  }
  return [...rows.values()];
}

const byNumber = (a: { Id: string }, b: { Id: string }): number => Number(BigInt(a.Id) - BigInt(b.Id));

/** Rows in the order of their numbers → events, each told apart by the one before. */
function toEvents(rows: readonly EventRow[], zone: string): ZmEvent[] {
  const events: ZmEvent[] = [];
  for (const row of [...rows].sort(byNumber)) {
    const event = toEvent(row, zone, events.at(-1)?.start);
    if (event) events.push(event);
  }
  return events;
}

/** When an event surely has ended: its own second, the start of the next, or never. */
const endsAt = (event: ZmEvent, next: ZmEvent | undefined): number =>
  event.end !== null ? event.end + 1000 : Math.max(event.start + event.lengthMs, next ? next.start : Infinity);

/** Microseconds between two pictures of an event that is finished and has no film. */
const paceOf = (event: ZmEvent | undefined): number | null =>
  event && event.video === '' && event.end !== null && event.lengthMs > 0 && event.frames > 1
    ? (event.lengthMs * 1000) / (event.frames - 1)
    : null;

/** Each with what its neighbours tell of it. */
const withNeighbours = (listed: readonly ZmEvent[]): ZmEvent[] =>
  listed.map((event, at) => {
    const [before, next] = [listed[at - 1], listed[at + 1]];
    const follows = before !== undefined && event.start <= endsAt(before, event) + breath;
    return { ...event, follows, paceBeside: event.video === '' ? (paceOf(next) ?? paceOf(before)) : null };
  });

/**
 * Events of a monitor that may hold pictures of `from` up to `to` (milliseconds), in the order of recording, with those whose end nobody
 * knows. Problems: `vms-unreachable`, `vms-refused`, `vms-fault`.
 */
export async function findEvents(
  device: Device,
  monitor: string,
  { from, to }: { from: number; to: number },
  zone: string,
  options: CallOptions,
): Promise<ZmEvent[]> {
  const begins = from - 1000;
  const ends = to + mostLeadMs;
  // Where the wall is put back, a later event bears an earlier time: asked for with so much more around it.
  const turn = Math.abs(offsetAt(begins - 86_400_000, zone) - offsetAt(ends + 86_400_000, zone));
  const [first, last] = [toLocal(begins - turn, zone), toLocal(ends + turn, zone)];
  const before = await page(
    device,
    { monitor, times: { 'StartDateTime <': first } },
    { sort: 'Id', direction: 'desc', limit: String(lookBack), page: '1' },
    options,
  );
  const inside = await pages(device, { monitor, times: { 'StartDateTime >=': first, 'StartDateTime <=': last } }, options);
  const events = withNeighbours(toEvents([...before.events, ...inside], zone));
  const reaches = ({ follows, start }: ZmEvent): boolean => start <= (follows ? to + 1000 : ends);
  return events.filter((event, at) => reaches(event) && endsAt(event, events[at + 1]) >= begins);
}

/** One event by its number; null where there is none that the account may see. With its frames where they are asked for. */
export async function findEvent(
  device: Device,
  id: string,
  zone: string,
  options: CallOptions,
  frames = false,
): Promise<{ event: ZmEvent; frames: FrameRow[] } | null> {
  const found = await device.api.data({ path: `events/${id}`, query: frames ? {} : { noframes: 'true' } }, readEvent, options);
  if (found?.event && found.event.Id !== id) throw otherThanAsked(`event ${id}`);
  const event = found?.event && toEvent(found.event, zone);
  return event ? { event, frames: found.frames } : null;
}

/** A frame by its own number; null where there is none. */
export const findFrame = async ({ api }: Device, id: string, options: CallOptions): Promise<FrameRow | null> =>
  await api.data({ path: `frames/${id}` }, readFrame, options);

/** The first and the last event of a monitor; null where it has none. */
export async function findEdges(
  device: Device,
  monitor: string,
  zone: string,
  options: CallOptions,
): Promise<{ first: ZmEvent; last: ZmEvent } | null> {
  const edge = async (direction: 'asc' | 'desc'): Promise<ZmEvent | null> => {
    const found = await page(device, { monitor, times: {} }, { sort: 'Id', direction, limit: '1', page: '1' }, options);
    return toEvents(found.events, zone)[0] ?? null;
  };
  const [first, last] = [await edge('asc'), await edge('desc')];
  return first && last ? { first, last } : null;
}

/** Where these events say that footage is, milliseconds; of one without an end, up to `now`. Touching ones are one. */
export function stretchesOf(events: readonly ZmEvent[], now: number): { from: number; to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  for (const [at, event] of events.entries()) {
    const to = Math.min(endsAt(event, events[at + 1]), Math.max(now, event.start + event.lengthMs));
    const last = stretches.at(-1);
    if (last && event.start <= last.to) last.to = Math.max(last.to, to);
    else stretches.push({ from: event.start, to });
  }
  return stretches;
}
