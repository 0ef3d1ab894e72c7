// What can be wrong with a recorder: switches, read at the moment they matter, so that a test may turn them while it runs. Each is seen on
// a real recorder or demanded by the standards' own words; none is on by itself.

/** One value for every time, or a list: one for each time, then no more. */
export type EachTime = number | readonly number[];

interface LoginFaults {
  /** Every login is refused, though user and password are right. */
  refuseLogin?: boolean;
  /** Which logins SOAP takes: HTTP digest (RFC 7616) or WS-UsernameToken. Both when unset. */
  login?: 'digest' | 'token';
  /** Digest algorithms offered, each in a WWW-Authenticate header of its own. MD5 when unset. */
  algorithms?: readonly ('MD5' | 'SHA-256')[];
  /** Basic is offered too, in the first header. It is never accepted. */
  basicToo?: boolean;
  /** A nonce is good for so many requests; then 401 with stale=true, in the middle of an RTSP session as well. */
  nonceUses?: number;
}

interface ClockFaults {
  /** Added to the recorder's clock, milliseconds. */
  clockOffsetMs?: number;
  /** Every reading of its clock moves it by so many milliseconds. */
  clockStepMs?: number;
  /** UTCDateTime is left out, or holds local time (UTC+8). */
  utc?: 'missing' | 'local';
}

interface SoapFaults {
  /** SOAP replies: longer than any buffer, dripping without end, headers and then silence, closed before their length, or XML cut short. */
  soap?: 'huge' | 'drip' | 'stall' | 'truncated' | 'cut';
  /** Only replies to this operation are so. */
  soapOn?: string;
  /** Operations answered with ActionNotSupported. */
  refuse?: readonly string[];
  /** There is no search: its operations are answered with a fault, as some recorders do that claim Profile G. */
  searchRefused?: boolean;
  /** HTTP status of faults. 400, or 500 for what is not supported, when unset. */
  faultStatus?: number;
  /** How faults are written: SOAP 1.1; or SOAP 1.2 with its reason in several languages. */
  faultStyle?: 'soap-1.1' | 'languages';
  /** XAddrs and the replay address show this host: the recorder's own view behind NAT. */
  foreignHost?: string;
  /** GetReplayUri answers without Uri. */
  noReplayUri?: boolean;
  /** Numbers with a fraction: NumberRecordings 3.000000. */
  floats?: boolean;
}

interface SearchFaults {
  /** Footage of so many milliseconds from its start is written over, by what it says it holds. */
  overwrittenMs?: number;
  /** The recording is known and holds nothing. */
  empty?: boolean;
  /** Lists have no entries. */
  emptyLists?: boolean;
  /** Results on one page. 2 when unset, so that every client has to turn pages. */
  pageSize?: number;
  /** So many pages of each search are empty and say Searching. */
  emptyPages?: number;
  /** Searches are never completed. */
  endlessSearch?: boolean;
  /** Every search has the same token. */
  constantToken?: boolean;
  /** So many pages are answered InvalidToken. */
  expiredTokens?: number;
  /** Recordings begin in 1970, minutes after the recorder was first switched on. */
  bounds1970?: boolean;
  /** FindEvents tells footage all through, or leaves the state at the start out. */
  events?: 'lying' | 'no-start-state';
}

interface SessionFaults {
  /** RTSP status of these methods instead of what was asked. */
  status?: { DESCRIBE?: EachTime; SETUP?: EachTime; PLAY?: EachTime };
  /** Status of every SETUP and PLAY with Require (551: not supported). Without it recorded footage is played. */
  requireStatus?: number;
  /** So many PLAYs are answered 200, and then nothing comes. */
  silentPlays?: number;
  /** Data comes only where all tracks were set up. */
  needsAllTracks?: boolean;
  /** Seconds that a replay session lives without a word of the client. 60 when unset. */
  sessionSeconds?: number;
  /** The session description: the track's name spelled `a:x-onvif-track`, one payload type for all media,
   *  no parameter sets, a metadata medium beside. */
  sdp?: { colon?: boolean; sameType?: boolean; noParameterSets?: boolean; metadata?: boolean };
  /** Header names of answers in lower case, neither Range nor RTP-Info in the answer to PLAY. */
  bareAnswers?: boolean;
}

interface PictureFaults {
  /** Live pictures instead of the past: times of now. */
  live?: boolean;
  /** Playback begins with the archive, whatever was asked. */
  fromArchiveStart?: boolean;
  /** Playback begins so many seconds behind the asked start. */
  lateSeconds?: number;
  /** Times of every picture moved by so many seconds: another channel's, another day's. */
  shiftSeconds?: number;
  /** The end of the asked range is ignored: it plays on to the end of the recording. */
  ignoreEnd?: boolean;
  /** The recorder's clock went back in the recording: after so many units their times are so many seconds earlier. */
  stepBack?: { units: number; seconds: number };
  /** All times are the first one, or rise by one microsecond. */
  clock?: 'still' | 'microseconds';
  /** The pictures before the asked start are repeated for ever. */
  endlessPreRoll?: boolean;
  /** Audio begins at the key frame, before the asked start. */
  audioFromKey?: boolean;
  /** AAC units in one packet. 2 when unset. */
  audioUnitsPerPacket?: number;
  /** A parameter set of 70 000 bytes stands before the first picture. */
  hugeParameterSet?: boolean;
  /** So many units of an earlier PLAY come first, with that one's CSeq and the times of the beginning of the archive. */
  staleUnits?: number;
}

interface ExtensionFaults {
  /** Where the extension stands. In the first packet of each unit when unset. */
  extension?: 'none' | 'every-packet' | 'stream-start';
  /** A JPEG extension is appended to the replay extension. */
  longExtension?: boolean;
  /** Bits that are never set. */
  omitFlags?: readonly ('c' | 'e' | 'd' | 't')[];
  /** The CSeq byte is 0 in every packet. */
  cseqZero?: boolean;
  /** The CSeq byte is wrong by so much. */
  cseqOff?: number;
}

interface WireFaults {
  /** The connection is cut after so many bytes of one PLAY. */
  cutAfterBytes?: EachTime;
  /** It is closed in good order after so many bytes of one PLAY. */
  closeAfterBytes?: EachTime;
  /** Nothing more comes after so many bytes of one PLAY; the connection stays. */
  stallAfterBytes?: EachTime;
  /** One RTP packet is left out, counted from 1. */
  losePacket?: EachTime;
  /** TCP delivers every byte by itself. */
  oneByteChunks?: boolean;
  /** So many bytes in a second. */
  bytesPerSecond?: number;
  /** Answers that nobody waits for stand between the packets. */
  repliesBetween?: boolean;
  /** Sender reports with the time of now stand between the packets. */
  falseReports?: boolean;
  /** How the end of footage is told. Both T bit and RTCP BYE when unset. */
  end?: 't-bit' | 'bye' | 'silent' | 'close';
  /** It is told on this track only. */
  endOn?: 'video' | 'audio';
}

export interface Faults
  extends LoginFaults, ClockFaults, SoapFaults, SearchFaults, SessionFaults, PictureFaults, ExtensionFaults, WireFaults {}

/** Switches that change single packets: while one is on, packets are made one by one. */
const perPacket: readonly (keyof Faults)[] = [
  'extension',
  'longExtension',
  'omitFlags',
  'hugeParameterSet',
  'cutAfterBytes',
  'closeAfterBytes',
  'stallAfterBytes',
  'losePacket',
  'oneByteChunks',
  'bytesPerSecond',
  'repliesBetween',
  'falseReports',
];

export const isPlain = (faults: Faults): boolean => perPacket.every((name) => !faults[name]);

type Lists = 'cutAfterBytes' | 'closeAfterBytes' | 'stallAfterBytes' | 'losePacket';

/** This time's value; a list loses its first. */
export function takeTurn(faults: Pick<Faults, Lists>, name: Lists): number | undefined {
  const value = faults[name];
  if (typeof value === 'number' || value === undefined) return value;
  faults[name] = value.slice(1);
  return value[0];
}

/** Status that refuses this request, or null. */
export function takeStatus(faults: Faults, method: string): number | null {
  if (method !== 'DESCRIBE' && method !== 'SETUP' && method !== 'PLAY') return null;
  const value = faults.status?.[method];
  if (typeof value === 'number' || value === undefined) return value ?? null;
  faults.status = { ...faults.status, [method]: value.slice(1) };
  return value[0] ?? null;
}
