// What a DESCRIBE told: the media of a session description (RFC 8866), with ONVIF's track tokens.

export interface Media {
  /** `video`, `audio`, `application`. */
  kind: string;
  payloadType: number;
  /** Upper case; empty where neither rtpmap nor the payload type names it. */
  encoding: string;
  /** Hz; 0 where it is not told. */
  clockRate: number;
  /** Of audio; null where rtpmap does not tell. */
  channels: number | null;
  control: string | null;
  /** `a=x-onvif-track`, the recording's TrackToken. */
  token: string | null;
  /** `fmtp` parameters, names in lower case. */
  parameters: ReadonlyMap<string, string>;
}

export interface SessionDescription {
  control: string | null;
  media: readonly Media[];
}

/** Text behind `a=name:`; some recorders print `a:name:`. */
function attribute(lines: readonly string[], name: string, start = ''): string | null {
  const line = lines.find((each) => new RegExp(`^a[=:]${name}:${start}`, 'i').test(each));
  return line ? line.slice(3 + name.length).trim() : null;
}

function readParameters(fmtp: string | null): Map<string, string> {
  const pairs = (fmtp ?? '')
    .replace(/^\d+\s+/, '')
    .split(';')
    .map((each) => each.trim())
    .filter(Boolean);
  return new Map(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name.toLowerCase(), value.join('=')];
    }),
  );
}

/** Payload types that need no rtpmap (RFC 3551, tables 4 and 5), of those that are read. */
const usual = new Map([
  [0, ['PCMU', '8000']],
  [8, ['PCMA', '8000']],
  [26, ['JPEG', '90000']],
]);

function readMedia(lines: readonly string[]): Media {
  const [kind = '', , , type = ''] = (lines[0] ?? '').slice(2).split(/\s+/);
  const payloadType = Number.parseInt(type, 10);
  const mapped = /^\d+\s+([^/\s]+)\/(\d{1,9})(?:\/(\d{1,3}))?/.exec(attribute(lines, 'rtpmap', `${payloadType}\\s`) ?? '');
  const [, encoding, rate, channels] = mapped ?? ['', ...(usual.get(payloadType) ?? ['', '0'])];
  return {
    kind: kind.toLowerCase(),
    payloadType,
    encoding: (encoding ?? '').toUpperCase(),
    clockRate: Number(rate),
    channels: channels === undefined ? null : Number(channels),
    control: attribute(lines, 'control'),
    token: attribute(lines, 'x-onvif-track'),
    parameters: readParameters(attribute(lines, 'fmtp', `${payloadType}\\s`)),
  };
}

export function readSdp(text: string): SessionDescription {
  const sections: string[][] = [[]];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  const [session = [], ...media] = sections;
  return { control: attribute(session, 'control'), media: media.map(readMedia) };
}

/** SPS and PPS of `sprop-parameter-sets` (RFC 6184 section 8.1); `sprop-vps`, `sprop-sps`, `sprop-pps` (RFC 7798 section 7.1). */
export const parameterSetsOf = ({ parameters }: Media): Buffer[] =>
  ['sprop-vps', 'sprop-sps', 'sprop-pps', 'sprop-parameter-sets']
    .flatMap((name) => (parameters.get(name) ?? '').split(','))
    .map((each) => Buffer.from(each.trim(), 'base64'))
    .filter((set) => set.length > 0);
