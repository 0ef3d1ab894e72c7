// What a DESCRIBE told: the media of a session description (RFC 8866), with ONVIF's track tokens.

export interface Media {
  /** `video`, `audio`, `application`. */
  kind: string;
  payloadType: number;
  /** Upper case; empty where no rtpmap names it. */
  encoding: string;
  clockRate: number;
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

function readMedia(lines: readonly string[]): Media {
  const [kind = '', , , type = ''] = (lines[0] ?? '').slice(2).split(/\s+/);
  const payloadType = Number.parseInt(type, 10);
  const [, encoding = '', rate = '0'] = /^\d+\s+([^/\s]+)\/(\d+)/.exec(attribute(lines, 'rtpmap', `${payloadType}\\s`) ?? '') ?? [];
  return {
    kind: kind.toLowerCase(),
    payloadType,
    encoding: encoding.toUpperCase(),
    clockRate: Number(rate),
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

/** SPS and PPS of `sprop-parameter-sets` (RFC 6184 section 8.1). */
export const parameterSetsOf = ({ parameters }: Media): Buffer[] =>
  (parameters.get('sprop-parameter-sets') ?? '')
    .split(',')
    .map((each) => Buffer.from(each.trim(), 'base64'))
    .filter((set) => set.length > 0);
