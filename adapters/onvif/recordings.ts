// Is the recording there? The ladder of what recorders can tell: search, list of recordings, summary, and in the end a person's word.
import { Problem } from '../../plugin/domain/problem.js';
import type { Instant } from '../../plugin/domain/span.js';
import type { Rung } from '../../plugin/domain/vms.js';
import type { Device } from './device.js';
import { runSearch } from './search.js';
import type { Services } from './service-addresses.js';
import type { Reply } from './shape-reply.js';
import { asProblem, list, member, SoapFault, text, value, type CallOptions } from './soap.js';

/** Earliest and latest footage as told; null where unknown or impossible. They say nothing about holes. */
interface Bounds {
  from: Instant | null;
  to: Instant | null;
}

export interface Recording extends Bounds {
  token: string;
  /** Tokens of its video tracks; empty where it does not tell them. */
  videoTracks: readonly string[];
}

export interface Listing {
  /** Which question the recorder answered. */
  rung: Exclude<Rung, 'vendor-address'>;
  /** Each token once. Empty where no list was to be had. */
  recordings: readonly Recording[];
  /** Of the whole recorder, where only its summary could be had. */
  bounds: Bounds;
}

const unknown: Bounds = { from: null, to: null };

/** Before this no recorder wrote anything: a clock that was never set (`1970-01-01T00:03:15Z`). */
const earliest = Date.UTC(2000, 0, 1);
const day = 86_400_000;

function instantIn(found: unknown, names: readonly string[], now: Date): Instant | null {
  const told = text(found, ...names);
  // Without a zone eight hours may hide in it.
  const time = told && /(Z|[+-]\d\d:?\d\d)$/i.test(told) ? Date.parse(told) : NaN;
  return time >= earliest && time <= now.getTime() + day ? new Date(time).toISOString() : null;
}

const firstOf = (instants: (Instant | null)[]): Instant | null => instants.filter((each) => each !== null).sort()[0] ?? null;
const lastOf = (instants: (Instant | null)[]): Instant | null =>
  instants
    .filter((each) => each !== null)
    .sort()
    .at(-1) ?? null;

const isVideo = (type: string | null): boolean => type?.toLowerCase() === 'video';

/** tt:RecordingInformation. The video track's own bounds are nearer to the truth than those of the recording. */
function readInformation(entry: unknown, now: Date): Recording | null {
  const token = text(entry, 'RecordingToken');
  if (!token) return null;
  const tracks = list(member(entry, 'Track')).filter((track) => isVideo(text(track, 'TrackType')));
  return {
    token,
    from: firstOf(tracks.map((track) => instantIn(track, ['DataFrom'], now))) ?? instantIn(entry, ['EarliestRecording'], now),
    to: lastOf(tracks.map((track) => instantIn(track, ['DataTo'], now))) ?? instantIn(entry, ['LatestRecording'], now),
    videoTracks: tracks.map((track) => text(track, 'TrackToken')).filter((each) => each !== null),
  };
}

/** trc:RecordingItem, which knows tracks and no times. */
function readItem(entry: unknown): Recording | null {
  const token = text(entry, 'RecordingToken');
  if (!token) return null;
  const tracks = list(member(entry, 'Tracks', 'Track')).filter((track) => isVideo(text(track, 'Configuration', 'TrackType')));
  return { token, ...unknown, videoTracks: tracks.map((track) => text(track, 'TrackToken')).filter((each) => each !== null) };
}

const eachOnce = (recordings: (Recording | null)[]): Recording[] => [
  ...new Map(recordings.filter((each) => each !== null).map((each) => [each.token, each])).values(),
];

/** Null where the recorder cannot answer, or answers nonsense: then the next rung is asked. What else goes wrong is a Problem. */
async function unlessFaulty<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof SoapFault || (thrown instanceof Problem && thrown.code === 'vms-fault')) return null;
    throw asProblem(thrown);
  }
}

/** Scope and KeepAliveTime in the order and spelling of the WSDL. */
const findBody = `<op:Scope><tt:RecordingInformationFilter>boolean(//Track[TrackType = "Video"])</tt:RecordingInformationFilter></op:Scope>
<op:KeepAliveTime>PT60S</op:KeepAliveTime>`;

async function search(device: Device, url: URL, options: CallOptions): Promise<Recording[]> {
  const question = {
    find: 'FindRecordings',
    results: 'GetRecordingSearchResults',
    entries: 'RecordingInformation',
    body: findBody,
  } as const;
  return eachOnce((await runSearch(device, url, question, options)).map((entry) => readInformation(entry, device.now())));
}

async function listItems(device: Device, url: URL, options: CallOptions): Promise<Recording[]> {
  return eachOnce(list(member(await device.soap.call('GetRecordings', url, '', options), 'RecordingItem')).map(readItem));
}

/** NumberRecordings may come as `3.000000`. Where it is 0 the dates mean nothing. */
function readSummary(reply: Reply, now: Date): Bounds | null {
  const number = Number.parseFloat(text(reply, 'Summary', 'NumberRecordings') ?? '');
  if (!(number > 0)) return null;
  return { from: instantIn(reply, ['Summary', 'DataFrom'], now), to: instantIn(reply, ['Summary', 'DataUntil'], now) };
}

/** Asks from the best rung down, and takes the first that tells anything. Problems: `vms-unreachable`, `vms-refused`. */
export async function listRecordings(device: Device, services: Services, options: CallOptions): Promise<Listing> {
  const [searching, recording] = [services.get('search'), services.get('recording')];
  const found = searching && (await unlessFaulty(search(device, searching, options)));
  if (found?.length) return { rung: 'search', recordings: found, bounds: unknown };
  const items = recording && (await unlessFaulty(listItems(device, recording, options)));
  if (items?.length) return { rung: 'recordings', recordings: items, bounds: unknown };
  const summary = searching && (await unlessFaulty(device.soap.call('GetRecordingSummary', searching, '', options)));
  const bounds = summary ? readSummary(summary, device.now()) : null;
  return bounds ? { rung: 'summary', recordings: [], bounds } : { rung: 'configured', recordings: [], bounds: unknown };
}

/** Times and tracks of a recording that the plain list named. */
async function askInformation(device: Device, url: URL, token: string, options: CallOptions): Promise<Recording | null> {
  const body = `<op:RecordingToken>${value(token)}</op:RecordingToken>`;
  const reply = await unlessFaulty(device.soap.call('GetRecordingInformation', url, body, options));
  return reply === null ? null : readInformation(member(reply, 'RecordingInformation'), device.now());
}

/**
 * The recording, and the rung on which it was found: from `summary` down its token is taken as configured. Problems: `footage-missing` where
 * recordings are listed and this one is not among them; `vms-unreachable`, `vms-refused`.
 */
export async function findRecording(
  device: Device,
  services: Services,
  token: string,
  options: CallOptions,
): Promise<Recording & { rung: Listing['rung'] }> {
  const { rung, recordings, bounds } = await listRecordings(device, services, options);
  const listed = recordings.find((each) => each.token === token);
  if (recordings.length > 0 && !listed) throw new Problem('footage-missing', 'The recorder has no recording of this token.');
  if (!listed) return { rung, token, ...bounds, videoTracks: [] };
  const searching = services.get('search');
  const told = rung === 'recordings' && searching ? await askInformation(device, searching, token, options) : null;
  return {
    ...listed,
    ...(told && { from: told.from, to: told.to }),
    ...(told?.videoTracks.length && { videoTracks: told.videoTracks }),
    rung,
  };
}
