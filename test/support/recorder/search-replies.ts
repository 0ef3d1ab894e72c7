// The search service: recordings and track events, in pages behind a token.
import type { Replies, SoapParts } from './soap-replies.js';
import { tokenOf } from './sdp.js';
import { SoapFault } from './soap-envelope.js';
import { micros } from './timeline.js';
import { escapeXml as escape, valuesOf } from './xml.js';

export type Searches = Replies;

const one = (xml: string, name: string): string => valuesOf(xml, name)[0] ?? '';

function trackState(recording: string, track: string, at: Date, present: boolean, startState: boolean): string {
  return `<tt:Result><tt:RecordingToken>${escape(recording)}</tt:RecordingToken><tt:TrackToken>${track}</tt:TrackToken>
    <tt:Time>${at.toISOString()}</tt:Time>
    <tt:Event><wsnt:Topic
      Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:RecordingHistory/Track/State</wsnt:Topic>
    <wsnt:Message><tt:Message UtcTime="${at.toISOString()}"><tt:Data>
      <tt:SimpleItem Name="IsDataPresent" Value="${present}"/></tt:Data></tt:Message></wsnt:Message></tt:Event>
    <tt:StartStateEvent>${startState}</tt:StartStateEvent></tt:Result>`;
}

/** Borders of footage inside the span, in order, with the state at its start. */
function coverageEvents({ faults, timeline, footage, recordings, end }: SoapParts, xml: string): string[] {
  const [from, to] = [new Date(one(xml, 'StartPoint')), new Date(one(xml, 'EndPoint') || end)];
  const asked = valuesOf(xml, 'IncludedRecordings');
  const real = faults.empty ? [] : timeline.spans;
  const spans = faults.events === 'lying' ? [{ from: 0, to: Infinity }] : real;
  const present = spans.some((span) => span.from <= micros(from) && micros(from) < span.to);
  const borders = spans
    .flatMap((span) => [
      { at: span.from, state: true },
      { at: span.to, state: false },
    ])
    .filter(({ at }) => micros(from) < at && at < micros(to));
  const states = [
    ...(faults.events === 'no-start-state' ? [] : [{ at: from, state: present, start: true }]),
    ...borders.map(({ at, state }) => ({ at: new Date(at / 1000), state, start: false })),
  ];
  return recordings
    .filter((token) => !asked.length || asked.includes(token))
    .flatMap((token) =>
      states.flatMap(({ at, state, start }) => footage.tracks.map((track) => trackState(token, tokenOf(track), at, state, start))),
    );
}

interface Search {
  results: string[];
  emptyPages: number;
}

export function makeSearches(information: (parts: SoapParts, token: string) => string): Searches {
  const running = new Map<string, Search>();
  let count = 0;

  const open = (parts: SoapParts, results: string[]): string => {
    const { faults } = parts;
    const token = faults.constantToken ? 'RecordingSearchToken_1' : `search-${++count}`;
    running.set(token, { results: faults.emptyLists ? [] : results, emptyPages: faults.emptyPages ?? 0 });
    return `<tse:SearchToken>${token}</tse:SearchToken>`;
  };
  const lost = (): SoapFault => new SoapFault(['ter:InvalidArgVal', 'ter:InvalidToken']);

  const nextPage = ({ faults }: SoapParts, xml: string): string => {
    const search = running.get(one(xml, 'SearchToken'));
    if ((faults.expiredTokens ?? 0) > 0) {
      faults.expiredTokens = (faults.expiredTokens ?? 0) - 1;
      throw lost();
    }
    if (!search) throw lost();
    const size = search.emptyPages-- > 0 ? 0 : (faults.pageSize ?? 2);
    const page = search.results.splice(0, Math.min(size, Number.parseFloat(one(xml, 'MaxResults')) || size));
    const more = search.results.length > 0 || search.emptyPages >= 0 || faults.endlessSearch;
    return `<tse:ResultList><tt:SearchState>${more ? 'Searching' : 'Completed'}</tt:SearchState>${page.join('')}</tse:ResultList>`;
  };

  return {
    FindRecordings: [
      'tse',
      (parts) =>
        open(
          parts,
          parts.recordings.map((token) => `<tt:RecordingInformation>${information(parts, token)}</tt:RecordingInformation>`),
        ),
    ],
    GetRecordingSearchResults: ['tse', nextPage],
    FindEvents: ['tse', (parts, xml) => open(parts, coverageEvents(parts, xml))],
    GetEventSearchResults: ['tse', nextPage],
    EndSearch: [
      'tse',
      (parts, xml) => {
        if (!running.delete(one(xml, 'SearchToken'))) throw lost();
        return `<tse:Endpoint>${parts.end.toISOString()}</tse:Endpoint>`;
      },
    ],
  };
}
