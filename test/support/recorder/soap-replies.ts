// What the recorder says to each ONVIF operation: the bodies, as text.
import { escapeXml as escape, valuesOf } from './xml.js';
import { micros, type Timeline } from './timeline.js';

export interface SoapParts {
  /** `http://host:port`. */
  base: string;
  timeline: Timeline;
  recordings: readonly string[];
  start: Date;
  end: Date;
  now: () => Date;
  replayUri: (recording: string) => string;
  empty: () => boolean;
  /** Running searches: token → bodies of the results that were not fetched yet. */
  searches: Map<string, string[]>;
}

export class SoapFault extends Error {
  constructor(readonly subcodes: readonly string[]) {
    super(subcodes.join(' '));
  }
}

const ver = 'http://www.onvif.org/ver10';
/** Path of a service under `/onvif/` → its namespace. */
const services = {
  device_service: `${ver}/device/wsdl`,
  media_service: `${ver}/media/wsdl`,
  search_service: `${ver}/search/wsdl`,
  replay_service: `${ver}/replay/wsdl`,
  recording_service: `${ver}/recording/wsdl`,
};
const address = (parts: SoapParts, service: keyof typeof services): string => `${parts.base}/onvif/${service}`;
/** How many results fit a page, so that every client has to turn pages. */
const pageSize = 2;

const one = (xml: string, name: string): string => valuesOf(xml, name)[0] ?? '';

function knownRecording(parts: SoapParts, xml: string): string {
  const token = one(xml, 'RecordingToken');
  if (!parts.recordings.includes(token)) throw new SoapFault(['ter:InvalidArgVal', 'ter:NoRecording']);
  return token;
}

const information = (parts: SoapParts, token: string): string => {
  const dates = parts.empty()
    ? ''
    : `<tt:EarliestRecording>${parts.start.toISOString()}</tt:EarliestRecording>
       <tt:LatestRecording>${parts.end.toISOString()}</tt:LatestRecording>`;
  return `<tt:RecordingToken>${escape(token)}</tt:RecordingToken>
    <tt:Source><tt:SourceId>${escape(token)}</tt:SourceId><tt:Name>Yard</tt:Name><tt:Location/><tt:Description/><tt:Address/></tt:Source>
    ${dates}<tt:Content>yard</tt:Content>
    <tt:Track><tt:TrackToken>VIDEO001</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:Description/>
    <tt:DataFrom>${parts.start.toISOString()}</tt:DataFrom><tt:DataTo>${parts.end.toISOString()}</tt:DataTo></tt:Track>
    <tt:RecordingStatus>Recording</tt:RecordingStatus>`;
};

function openSearch(parts: SoapParts, results: string[]): string {
  const token = `search-${parts.searches.size + 1}`;
  parts.searches.set(token, results);
  return `<tse:SearchToken>${token}</tse:SearchToken>`;
}

function nextPage(parts: SoapParts, xml: string): string {
  const results = parts.searches.get(one(xml, 'SearchToken'));
  if (!results) throw new SoapFault(['ter:InvalidArgVal', 'ter:InvalidToken']);
  const page = results.splice(0, Math.min(pageSize, Number.parseFloat(one(xml, 'MaxResults')) || pageSize));
  return `<tse:ResultList><tt:SearchState>${results.length ? 'Searching' : 'Completed'}</tt:SearchState>${page.join('')}</tse:ResultList>`;
}

function trackState(recording: string, at: Date, present: boolean, startState: boolean): string {
  return `<tt:Result><tt:RecordingToken>${escape(recording)}</tt:RecordingToken><tt:TrackToken>VIDEO001</tt:TrackToken>
    <tt:Time>${at.toISOString()}</tt:Time>
    <tt:Event><wsnt:Topic
      Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:RecordingHistory/Track/State</wsnt:Topic>
    <wsnt:Message><tt:Message UtcTime="${at.toISOString()}"><tt:Data>
      <tt:SimpleItem Name="IsDataPresent" Value="${present}"/></tt:Data></tt:Message></wsnt:Message></tt:Event>
    <tt:StartStateEvent>${startState}</tt:StartStateEvent></tt:Result>`;
}

/** Borders of footage inside the span, in order, with the state at its start. */
function coverageEvents(parts: SoapParts, xml: string): string[] {
  const [from, to] = [new Date(one(xml, 'StartPoint')), new Date(one(xml, 'EndPoint') || parts.end)];
  const asked = valuesOf(xml, 'IncludedRecordings');
  const sections = parts.empty()
    ? []
    : parts.timeline.sections.map(({ from: first, to: behind }) => [parts.timeline.timeOf(first), parts.timeline.timeOf(behind)] as const);
  return parts.recordings
    .filter((token) => !asked.length || asked.includes(token))
    .flatMap((token) => {
      const present = sections.some(([begin, end]) => begin <= micros(from) && micros(from) < end);
      const borders = sections
        .flatMap(
          ([begin, end]) =>
            [
              [begin, true],
              [end, false],
            ] as const,
        )
        .filter(([at]) => micros(from) < at && at < micros(to));
      return [
        trackState(token, from, present, true),
        ...borders.map(([at, state]) => trackState(token, new Date(at / 1000), state, false)),
      ];
    });
}

function dateAndTime(now: Date): string {
  const [date, time] = [
    `<tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day>`,
    `<tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second>`,
  ];
  return `<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>
    <tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone>
    <tt:UTCDateTime><tt:Time>${time}</tt:Time><tt:Date>${date}</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>`;
}

/** Operation → namespace prefix of its answer and body of the answer. Prefixes are those of the ONVIF specifications. */
export const replies: Record<string, [prefix: string, body: (parts: SoapParts, request: string) => string]> = {
  GetSystemDateAndTime: ['tds', (parts) => dateAndTime(parts.now())],
  GetServices: [
    'tds',
    (parts) =>
      Object.entries(services)
        .map(
          ([path, namespace]) =>
            `<tds:Service><tds:Namespace>${namespace}</tds:Namespace><tds:XAddr>${parts.base}/onvif/${path}</tds:XAddr>
     <tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>`,
        )
        .join(''),
  ],
  GetCapabilities: [
    'tds',
    (parts) => `<tds:Capabilities><tt:Device><tt:XAddr>${address(parts, 'device_service')}</tt:XAddr></tt:Device>
    <tt:Media><tt:XAddr>${address(parts, 'media_service')}</tt:XAddr></tt:Media><tt:Extension>
    <tt:Recording><tt:XAddr>${address(parts, 'recording_service')}</tt:XAddr></tt:Recording>
    <tt:Search><tt:XAddr>${address(parts, 'search_service')}</tt:XAddr></tt:Search>
    <tt:Replay><tt:XAddr>${address(parts, 'replay_service')}</tt:XAddr></tt:Replay></tt:Extension></tds:Capabilities>`,
  ],
  GetDeviceInformation: [
    'tds',
    () => `<tds:Manufacturer>Box</tds:Manufacturer><tds:Model>Recorder in a box</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion>
    <tds:SerialNumber>0</tds:SerialNumber><tds:HardwareId>box</tds:HardwareId>`,
  ],
  SetSystemDateAndTime: ['tds', () => ''],
  GetProfiles: ['trt', () => '<trt:Profiles token="P1" fixed="true"><tt:Name>main</tt:Name></trt:Profiles>'],
  GetStreamUri: [
    'trt',
    (parts) => `<trt:MediaUri><tt:Uri>${escape(parts.replayUri('live'))}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>
    <tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>`,
  ],
  FindRecordings: [
    'tse',
    (parts) =>
      openSearch(
        parts,
        parts.recordings.map((token) => `<tt:RecordingInformation>${information(parts, token)}</tt:RecordingInformation>`),
      ),
  ],
  GetRecordingSearchResults: ['tse', nextPage],
  FindEvents: ['tse', (parts, xml) => openSearch(parts, coverageEvents(parts, xml))],
  GetEventSearchResults: ['tse', nextPage],
  EndSearch: [
    'tse',
    (parts, xml) => {
      if (!parts.searches.delete(one(xml, 'SearchToken'))) throw new SoapFault(['ter:InvalidArgVal', 'ter:InvalidToken']);
      return `<tse:Endpoint>${parts.end.toISOString()}</tse:Endpoint>`;
    },
  ],
  GetRecordingInformation: [
    'tse',
    (parts, xml) => `<tse:RecordingInformation>${information(parts, knownRecording(parts, xml))}</tse:RecordingInformation>`,
  ],
  GetRecordingSummary: [
    'tse',
    (parts) => `<tse:Summary><tt:DataFrom>${parts.start.toISOString()}</tt:DataFrom><tt:DataUntil>${parts.end.toISOString()}</tt:DataUntil>
    <tt:NumberRecordings>${parts.recordings.length}</tt:NumberRecordings></tse:Summary>`,
  ],
  GetRecordings: [
    'trc',
    (parts) =>
      parts.recordings
        .map((token) => `<trc:RecordingItem><tt:RecordingToken>${escape(token)}</tt:RecordingToken></trc:RecordingItem>`)
        .join(''),
  ],
  CreateRecording: ['trc', () => '<trc:RecordingToken>REC_NEW</trc:RecordingToken>'],
  ExportRecordedData: ['trc', () => '<trc:OperationToken>EXPORT_1</trc:OperationToken><trc:FileNames>export.mp4</trc:FileNames>'],
  GetReplayUri: ['trp', (parts, xml) => `<trp:Uri>${escape(parts.replayUri(knownRecording(parts, xml)))}</trp:Uri>`],
};
