// What the recorder says to each ONVIF operation: the bodies, as text. Search has a file of its own.
import type { Faults } from './faults.js';
import type { Account } from './login.js';
import type { Footage } from './mp4.js';
import { tokenOf } from './sdp.js';
import { makeSearches, type Searches } from './search-replies.js';
import { SoapFault } from './soap-envelope.js';
import type { Timeline } from './timeline.js';
import { escapeXml as escape, valuesOf } from './xml.js';

export interface SoapParts {
  /** `http://host:port`. */
  base: string;
  footage: Footage;
  timeline: Timeline;
  recordings: readonly string[];
  accounts: readonly Account[];
  start: Date;
  end: Date;
  now: () => Date;
  replayUri: (recording: string) => string;
  faults: Faults;
}

/** Operation → namespace prefix of its answer and body of the answer. Prefixes are those of the ONVIF specifications. */
export type Replies = Record<string, [prefix: string, body: (parts: SoapParts, request: string) => string]>;

const ver = 'http://www.onvif.org/ver10';
/** Path of a service under `/onvif/` → its namespace. */
const services = {
  device_service: `${ver}/device/wsdl`,
  media_service: `${ver}/media/wsdl`,
  search_service: `${ver}/search/wsdl`,
  replay_service: `${ver}/replay/wsdl`,
  recording_service: `${ver}/recording/wsdl`,
};

/** As the recorder sees itself. */
const address = (parts: SoapParts, service: string): string => {
  const url = new URL(`${parts.base}/onvif/${service}`);
  if (parts.faults.foreignHost) url.hostname = parts.faults.foreignHost;
  return url.href;
};

const one = (xml: string, name: string): string => valuesOf(xml, name)[0] ?? '';

function knownRecording(parts: SoapParts, xml: string): string {
  const token = one(xml, 'RecordingToken');
  if (!parts.recordings.includes(token)) throw new SoapFault(['ter:InvalidArgVal', 'ter:NoRecording']);
  return token;
}

/** Earliest and latest, as told. */
function bounds({ faults, start, end }: SoapParts): [string, string] {
  return [faults.bounds1970 ? '1970-01-01T00:03:15Z' : new Date(start.getTime() + (faults.overwrittenMs ?? 0)).toISOString(), end.toISOString()];
}

export function information(parts: SoapParts, token: string): string {
  const [from, to] = bounds(parts);
  const dates = parts.faults.empty
    ? ''
    : `<tt:EarliestRecording>${from}</tt:EarliestRecording>
       <tt:LatestRecording>${to}</tt:LatestRecording>`;
  const tracks = parts.footage.tracks.map(
    (
      track,
    ) => `<tt:Track><tt:TrackToken>${tokenOf(track)}</tt:TrackToken><tt:TrackType>${track.kind === 'video' ? 'Video' : 'Audio'}</tt:TrackType>
    <tt:Description/><tt:DataFrom>${from}</tt:DataFrom><tt:DataTo>${to}</tt:DataTo></tt:Track>`,
  );
  return `<tt:RecordingToken>${escape(token)}</tt:RecordingToken>
    <tt:Source><tt:SourceId>${escape(token)}</tt:SourceId><tt:Name>Yard</tt:Name><tt:Location/><tt:Description/><tt:Address/></tt:Source>
    ${dates}<tt:Content>yard</tt:Content>${tracks.join('')}
    <tt:RecordingStatus>Recording</tt:RecordingStatus>`;
}

/** One entry of GetRecordings (recording service), which holds no times. */
function recordingItem(parts: SoapParts, token: string): string {
  const tracks = parts.footage.tracks.map(
    (track) => `<tt:Track><tt:TrackToken>${tokenOf(track)}</tt:TrackToken><tt:Configuration>
    <tt:TrackType>${track.kind === 'video' ? 'Video' : 'Audio'}</tt:TrackType><tt:Description/></tt:Configuration></tt:Track>`,
  );
  return `<trc:RecordingItem><tt:RecordingToken>${escape(token)}</tt:RecordingToken><tt:Configuration>
    <tt:Source><tt:SourceId>${escape(token)}</tt:SourceId><tt:Name>Yard</tt:Name><tt:Location/><tt:Description/><tt:Address/></tt:Source>
    <tt:Content>yard</tt:Content><tt:MaximumRetentionTime>PT0S</tt:MaximumRetentionTime></tt:Configuration>
    <tt:Tracks>${tracks.join('')}</tt:Tracks></trc:RecordingItem>`;
}

function dateAndTime({ faults, now }: SoapParts): string {
  const written = (at: Date): string => `<tt:Time><tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute>
    <tt:Second>${at.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${at.getUTCFullYear()}</tt:Year>
    <tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day></tt:Date>`;
  const at = now();
  faults.clockOffsetMs = (faults.clockOffsetMs ?? 0) + (faults.clockStepMs ?? 0);
  const local = new Date(at.getTime() + 8 * 3_600_000);
  const utc = faults.utc === 'missing' ? '' : `<tt:UTCDateTime>${written(faults.utc === 'local' ? local : at)}</tt:UTCDateTime>`;
  return `<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>
    <tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone>${utc}<tt:LocalDateTime>${written(local)}</tt:LocalDateTime></tds:SystemDateAndTime>`;
}

const user = (name: string, level: string): string =>
  `<tds:User><tt:Username>${escape(name)}</tt:Username><tt:UserLevel>${level}</tt:UserLevel></tds:User>`;

const device: Replies = {
  GetSystemDateAndTime: ['tds', dateAndTime],
  GetServices: [
    'tds',
    (parts) =>
      Object.entries(services)
        .map(
          ([path, namespace]) =>
            `<tds:Service><tds:Namespace>${namespace}</tds:Namespace><tds:XAddr>${escape(address(parts, path))}</tds:XAddr>
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
  GetUsers: [
    'tds',
    ({ accounts: [own, administrator] }) =>
      user(administrator?.user ?? 'admin', 'Administrator') + user(own?.user ?? '', 'Operator') + user('guard', 'User'),
  ],
  SetSystemDateAndTime: ['tds', () => ''],
  GetProfiles: ['trt', () => '<trt:Profiles token="P1" fixed="true"><tt:Name>main</tt:Name></trt:Profiles>'],
  GetStreamUri: [
    'trt',
    (parts) => `<trt:MediaUri><tt:Uri>${escape(parts.replayUri('live'))}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>
    <tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>`,
  ],
};

const recording: Replies = {
  GetServiceCapabilities: ['trp', () => '<trp:Capabilities ReversePlayback="false" RTP_RTSP_TCP="true" SessionTimeoutRange="10 3600"/>'],
  GetRecordingInformation: [
    'tse',
    (parts, xml) => `<tse:RecordingInformation>${information(parts, knownRecording(parts, xml))}</tse:RecordingInformation>`,
  ],
  GetRecordingSummary: [
    'tse',
    (parts) => {
      const [from, to] = bounds(parts);
      const count = parts.faults.empty ? 0 : parts.recordings.length;
      return `<tse:Summary><tt:DataFrom>${from}</tt:DataFrom><tt:DataUntil>${to}</tt:DataUntil>
    <tt:NumberRecordings>${parts.faults.floats ? count.toFixed(6) : count}</tt:NumberRecordings></tse:Summary>`;
    },
  ],
  GetRecordings: ['trc', (parts) => (parts.faults.emptyLists ? '' : parts.recordings.map((token) => recordingItem(parts, token)).join(''))],
  CreateRecording: ['trc', () => '<trc:RecordingToken>REC_NEW</trc:RecordingToken>'],
  ExportRecordedData: ['trc', () => '<trc:OperationToken>EXPORT_1</trc:OperationToken><trc:FileNames>export.mp4</trc:FileNames>'],
  GetReplayUri: [
    'trp',
    (parts, xml) => {
      const uri = parts.replayUri(knownRecording(parts, xml));
      return parts.faults.noReplayUri ? '' : `<trp:Uri>${escape(uri)}</trp:Uri>`;
    },
  ],
};

/** Of one recorder: it remembers its searches. */
export function makeReplies(): Replies {
  const searches: Searches = makeSearches(information);
  return { ...device, ...recording, ...searches };
}
