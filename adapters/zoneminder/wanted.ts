// Which footage a request asks for, and in which shape: by the route that it took, looked up with the gate's own account.
import type { Asked } from '../../plugin/domain/asked.js';
import type { Route } from '../../plugin/domain/route-table.js';
import type { AnswerForm, Footage, Wanted } from '../../plugin/domain/web-front.js';
import type { CallOptions } from './api.js';
import type { Device } from './device.js';
import { blocked, instantOf, listOf, lookUp, lookUpByFrame, lookUpByTime, numberOf, type Looked } from './lookup.js';
import { makeTranscript } from './transcript.js';
import { zmsParams } from './zms-params.js';

/** Recordings that one request may name. */
const mostEvents = 500;
/** Of ZoneMinder's stream program. */
const boundary = 'ZoneMinderFrame';

interface Context {
  device: Device;
  asked: Asked;
  options: CallOptions;
}
type Reader = (context: Context) => Promise<Wanted>;

/** `eid`, or `event_id` where it is empty: both at once only where they say the same. */
function eventIn({ params }: Asked): string {
  const [eid, other] = ['eid', 'event_id'].map((name) => params.get(name) || undefined);
  if (eid !== undefined && other !== undefined && eid !== other) throw blocked('The request names two recordings.');
  return numberOf(eid ?? other);
}

const clip: Reader = async ({ device, asked, options }) => {
  const { footage } = await lookUp(device, eventIn(asked), options);
  return { footage: [footage], form: { kind: 'clip' } };
};

const archive: Reader = async ({ device, asked, options }) => {
  const eids = listOf(asked, 'eids');
  const names = [...new Set((eids.length > 0 ? eids : listOf(asked, 'id')).map(numberOf))];
  if (names.length === 0 || names.length > mostEvents) throw blocked(`A request may name 1 to ${mostEvents} recordings.`);
  const footage: Footage[] = [];
  for (const name of names) footage.push((await lookUp(device, name, options)).footage);
  return { footage, form: asked.params.get('action') === 'video' ? { kind: 'clip' } : { kind: 'archive' } };
};

const whole = (text: string | undefined, least: number, most: number): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null;

/** As view=image scales: by width and height where one is given, else by percent. Null: as it is. */
function sizeIn({ params }: Asked, { event }: Looked): { width: number | null; height: number | null } {
  const [width, height, scale] = [
    whole(params.get('width'), 10, 8000),
    whole(params.get('height'), 10, 8000),
    whole(params.get('scale'), 1, 400),
  ];
  if (width !== null || height !== null || scale === null || scale === 100) return { width, height };
  return { width: Math.max(1, Math.round((event.width * scale) / 100)), height: Math.max(1, Math.round((event.height * scale) / 100)) };
}

const stillOf = (asked: Asked, looked: Looked, frame: number): Wanted => ({
  footage: [looked.footage],
  form: { kind: 'still', at: instantOf(looked, frame), ...sizeIn(asked, looked) },
});

/** Pictures that have a name in place of a number: the most striking one, and those of the alarm or made from it. */
const named: Record<string, (looked: Looked) => number | null> = {
  snapshot: ({ event }) => event.snapshotFrame,
  alarm: ({ event }) => event.alarmFrame ?? event.snapshotFrame,
  objdetect: ({ event }) => event.alarmFrame ?? event.snapshotFrame,
  objdetect_jpg: ({ event }) => event.alarmFrame ?? event.snapshotFrame,
  objdetect_gif: ({ event }) => event.alarmFrame ?? event.snapshotFrame,
};

const still: Reader = async ({ device, asked, options }) => {
  const fid = asked.params.get('fid') ?? '';
  const byName = Object.hasOwn(named, fid) ? named[fid]! : null;
  const frame = byName ? null : Number(numberOf(fid));
  const looked = await lookUp(device, numberOf(asked.params.get('eid')), options, true);
  return stillOf(asked, looked, frame ?? byName?.(looked) ?? 1);
};

const stillByFrame: Reader = async ({ device, asked, options }) => {
  const looked = await lookUpByFrame(device, numberOf(asked.params.get('fid')), options);
  return stillOf(asked, looked, looked.frame);
};

/** Of the stream program: one event, whatever else it would go on to. */
const stream: Reader = async ({ device, asked, options }) => {
  const params = zmsParams(asked);
  const mode = params.get('mode') ?? 'jpeg';
  if (mode !== 'jpeg' && mode !== 'single')
    throw blocked('The gate answers a recorded stream as pictures (mode=jpeg or mode=single) and in no other form.');
  const [rate, scale] = [whole(params.get('rate') ?? '100', 1, 100_000), whole(params.get('scale') ?? '100', 1, 1000)];
  if (rate === null || scale === null) throw blocked('The gate plays forwards, at a rate and a scale in percent.');
  const time = params.get('time');
  const byTime = time !== undefined && time !== '0' && params.has('monitor');
  const looked = byTime
    ? await lookUpByTime(device, numberOf(params.get('monitor')), Number(numberOf(time)), options)
    : await lookUp(device, numberOf(params.get('event')), options, true);
  const frame = params.get('frame');
  const from = byTime
    ? new Date(Number(time) * 1000).toISOString()
    : frame === undefined
      ? looked.footage.from
      : instantOf(looked, Number(numberOf(frame)));
  const size = { width: Math.round((looked.event.width * scale) / 100), height: Math.round((looked.event.height * scale) / 100) };
  const form: AnswerForm =
    mode === 'single'
      ? { kind: 'still', at: from, ...(scale === 100 ? { width: null, height: null } : size) }
      : { kind: 'mjpeg', boundary, ratePercent: rate, scalePercent: scale, from };
  return { footage: [looked.footage], form };
};

/** By the ids of routes.json. What is not here names footage that only the gate itself could know (archives by connkey), or none. */
const readers: Record<string, Reader> = {
  'zm-view-video': clip,
  'zm-video-download': clip,
  'zm-image-objdetect-mp4': clip,
  'zm-image-eid': still,
  'zm-image-framepk': stillByFrame,
  'zms-event': stream,
  'zms-event-time': stream,
  'zm-ajax-export': archive,
};

/** Problems: `footage-missing`, `route-blocked`, `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function wanted(device: Device, asked: Asked, route: Route, signal: AbortSignal): Promise<Wanted> {
  const reader = Object.hasOwn(readers, route.id) ? readers[route.id]! : null;
  if (!reader) throw blocked('What this request asks for cannot be looked up in the video system.');
  return await reader({ device, asked, options: { signal, transcript: makeTranscript() } });
}
