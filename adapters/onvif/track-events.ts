// Where the recorder itself says that footage is: the events of a recording's tracks (FindEvents on track state) → spans. It may not know.
import { Problem } from '../../plugin/domain/problem.js';
import { mergeSpans, type Span } from '../../plugin/domain/span.js';
import type { Device } from './device.js';
import { namespaces, topics } from './namespaces.js';
import type { Recording } from './recordings.js';
import { runSearch } from './search.js';
import { list, member, text, value, type CallOptions } from './soap.js';

interface TrackEvent {
  track: string;
  /** Milliseconds since 1970. */
  at: number;
  present: boolean;
  /** The state at the start of the span, not a change of it. */
  start: boolean;
}

const second = 1000;
const wire = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** In the order of the WSDL, in whole seconds around the span, which every recorder can read. No MaxMatches: it cuts off in silence. */
function findBody(recording: string, span: Span): string {
  const from = Math.floor(Date.parse(span.from) / second) * second;
  const to = Math.ceil(Date.parse(span.to) / second) * second;
  return `<op:StartPoint>${wire(from)}</op:StartPoint><op:EndPoint>${wire(to)}</op:EndPoint>
<op:Scope><tt:IncludedRecordings>${value(recording)}</tt:IncludedRecordings></op:Scope>
<op:SearchFilter><wsnt:TopicExpression xmlns:wsnt="${namespaces.notification}" xmlns:tns1="${topics}"
 Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:RecordingHistory/Track/State</wsnt:TopicExpression></op:SearchFilter>
<op:IncludeStartState>true</op:IncludeStartState><op:KeepAliveTime>PT60S</op:KeepAliveTime>`;
}

const truth = (word: string | null): boolean | null =>
  /^(true|1)$/i.test(word ?? '') ? true : /^(false|0)$/i.test(word ?? '') ? false : null;

/** Other topics and other recordings are left out; a state or a time that cannot be read makes the whole answer worthless. */
function readEvent(entry: unknown, recording: string): TrackEvent | null {
  const token = text(entry, 'RecordingToken');
  const topic = text(entry, 'Event', 'Topic');
  if ((token && token !== recording) || (topic && !/(^|:)RecordingHistory\/Track\/State$/.test(topic))) return null;
  const message = member(entry, 'Event', 'Message', 'Message') ?? member(entry, 'Event', 'Message');
  const items = list(member(message, 'Data', 'SimpleItem'));
  const item = items.find((each) => text(each, '$', 'Name') === 'IsDataPresent');
  const present = truth(text(item, '$', 'Value'));
  const time = text(entry, 'Time') ?? text(message, '$', 'UtcTime') ?? '';
  const at = /(Z|[+-]\d\d:?\d\d)$/i.test(time) ? Date.parse(time) : NaN;
  if (present === null || Number.isNaN(at)) throw new Problem('vms-fault', 'The recorder tells a track’s state that cannot be read.');
  return { track: text(entry, 'TrackToken') ?? '', at, present, start: truth(text(entry, 'StartStateEvent')) ?? false };
}

/** One track's events → where it has data within `span`. A recorder that leaves the start state out tells it by its first change. */
function presence(events: readonly TrackEvent[], span: Span): Span[] {
  const [from, to] = [Date.parse(span.from), Date.parse(span.to)];
  const ordered = [...events].sort((a, b) => a.at - b.at || Number(b.start) - Number(a.start));
  const first = ordered[0];
  let since = first && !first.start && !first.present && first.at > from ? from : null;
  const spans: Span[] = [];
  const close = (at: number): void => {
    if (since !== null && at > since) spans.push({ from: new Date(since).toISOString(), to: new Date(at).toISOString() });
    since = null;
  };
  for (const { at, present, start } of ordered) {
    // The start state may bear the time of the change that led to it.
    const when = Math.min(Math.max(start ? from : at, from), to);
    if (present) since ??= when;
    else close(when);
  }
  close(to);
  return spans;
}

/** Pure: entries of the result → spans within `span`; null where they tell nothing. Problem: `vms-fault` (unreadable). */
export function footageIn(
  entries: readonly unknown[],
  { token, videoTracks }: Pick<Recording, 'token' | 'videoTracks'>,
  span: Span,
): Span[] | null {
  const events = entries.map((entry) => readEvent(entry, token)).filter((event) => event !== null);
  const ofVideo = events.filter(({ track }) => videoTracks.includes(track));
  // Tokens are opaque: which tracks carry pictures is known from the search or not at all.
  const telling = ofVideo.length > 0 ? ofVideo : videoTracks.length > 0 && events.some(({ track }) => track) ? [] : events;
  if (telling.length === 0) return null;
  const tracks = new Set(telling.map(({ track }) => track));
  return mergeSpans(
    [...tracks].flatMap((each) =>
      presence(
        telling.filter(({ track }) => track === each),
        span,
      ),
    ),
  );
}

/**
 * Footage within `span` (the recorder's time) as the recorder tells it. Null where it cannot say: never a reason to give a pull up. The
 * caller's abort throws its own reason.
 */
export async function findFootage(
  device: Device,
  url: URL,
  recording: Pick<Recording, 'token' | 'videoTracks'>,
  span: Span,
  options: CallOptions,
): Promise<Span[] | null> {
  const question = {
    find: 'FindEvents',
    results: 'GetEventSearchResults',
    entries: 'Result',
    body: findBody(recording.token, span),
  } as const;
  try {
    return footageIn(await runSearch(device, url, question, options), recording, span);
  } catch (thrown) {
    options.signal.throwIfAborted();
    // A login that is refused is refused for what comes next too: recorders lock accounts.
    if (thrown instanceof Problem && thrown.code === 'vms-refused') throw thrown;
    return null;
  }
}
