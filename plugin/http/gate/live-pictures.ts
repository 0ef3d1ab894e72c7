// Live pictures on their way out: one JPEG, or JPEGs one after the other (multipart/x-mixed-replace), and nothing beside them. Browsers find the
// end of a part by its boundary, other programs by its length: the picture itself says where it ends, and both must be right there.
import type { BodyJudge } from './body-judge.js';
import { GuardHit } from './guard-hit.js';
import { JpegWalk } from './jpeg-walk.js';

/** Line ends and padding that senders write behind a picture. */
const MOST_PADDING = 64;
const LARGEST_HEADERS = 2048;
const isPadding = (byte: number): boolean => byte === 0x0d || byte === 0x0a || byte === 0x20 || byte === 0x09 || byte === 0;

/** One JPEG and at most padding. */
export function judgePicture(): BodyJudge {
  const picture = new JpegWalk('the picture');
  let padding = 0;
  return {
    push(chunk) {
      const to = picture.walk(chunk, 0);
      for (const byte of chunk.subarray(to)) {
        padding += 1;
        if (!isPadding(byte) || padding > MOST_PADDING) throw new GuardHit('picture-malformed', 'the picture: something behind its end');
      }
      return [chunk];
    },
    end: () => [],
    held: () => 0,
  };
}

/** `boundary` of a content type; null: none that can be looked for. RFC 2046 §5.1.1. */
export function boundaryOf(contentType: string): string | null {
  const found = /;\s*boundary=(?:"([^"\\]{1,70})"|([^\s";,]{1,70}))\s*(?:;|$)/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  return boundary && /^[A-Za-z0-9'()+_,./:=? -]*[A-Za-z0-9'()+_,./:=?-]$/.test(boundary) ? boundary : null;
}

type Place = 'before' | 'line' | 'headers' | 'picture' | 'over';

/** A stream of JPEGs. `boundary`: as announced. */
export function judgePictures(boundary: string): BodyJudge {
  // Some senders announce the boundary with the dashes that come before it.
  const spellings = [`--${boundary}`, ...(boundary.startsWith('--') ? [boundary] : [])].map((line) => Buffer.from(line, 'latin1'));
  let kept = Buffer.alloc(0);
  let place: Place = 'before';
  let padding = 0;
  let number = 0;
  let picture = new JpegWalk('picture 1');

  const malformed = (what: string): GuardHit => new GuardHit('stream-malformed', `behind picture ${number}: ${what}`);

  /** Each gives the place up to which it could judge; the same place: more must come. */
  const steps: Record<Place, (bytes: Buffer, at: number) => number> = {
    before(bytes, at) {
      let from = at;
      while (from < bytes.length && isPadding(bytes[from]!)) from++;
      padding += from - at;
      if (padding > MOST_PADDING) throw malformed('too much padding');
      if (from === bytes.length) return from;
      const rest = bytes.subarray(from, from + spellings[0]!.length);
      const delimiter = spellings.find((one) => one.length <= rest.length && one.equals(rest.subarray(0, one.length)));
      if (delimiter) {
        place = 'line';
        return from + delimiter.length;
      }
      if (spellings.some((one) => rest.length < one.length && rest.equals(one.subarray(0, rest.length)))) return from;
      throw malformed('neither padding nor the boundary');
    },
    line(bytes, at) {
      const [first, second] = [bytes[at], bytes[at + 1]];
      if (first === 0x0a) {
        place = 'headers';
        return at + 1;
      }
      if (first === undefined || second === undefined) return at;
      padding = 0;
      if (first === 0x0d && second === 0x0a) place = 'headers';
      else if (first === 0x2d && second === 0x2d) place = 'over';
      else throw malformed('the boundary’s line goes on');
      return at + 2;
    },
    headers(bytes, at) {
      const text = bytes.toString('latin1', at, at + LARGEST_HEADERS);
      // A part may have no headers, but then it does not say that it is a JPEG.
      const end = /\r?\n\r?\n/.exec(text);
      if (!end && text.length < LARGEST_HEADERS) return at;
      if (!end) throw malformed('headers without end');
      number += 1;
      judgePartHeaders(text.slice(0, end.index), number);
      picture = new JpegWalk(`picture ${number}`);
      place = 'picture';
      return at + end.index + end[0].length;
    },
    picture(bytes, at) {
      const to = picture.walk(bytes, at);
      if (picture.ended) {
        place = 'before';
        padding = 0;
      }
      return to;
    },
    over(bytes, at) {
      padding += bytes.length - at;
      if (padding > MOST_PADDING || !bytes.subarray(at).every(isPadding)) throw malformed('something behind the last boundary');
      return bytes.length;
    },
  };

  return {
    push(chunk) {
      const bytes = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
      let at = 0;
      for (let before: Place | null = null, last = -1; at < bytes.length && (at !== last || place !== before);) {
        before = place;
        last = at;
        at = steps[place](bytes, at);
      }
      kept = at < bytes.length ? Buffer.from(bytes.subarray(at)) : Buffer.alloc(0);
      return at > 0 ? [bytes.subarray(0, at)] : [];
    },
    // What is kept is the beginning of a boundary or of headers: without their end they are nothing that anybody needs.
    end: () => [],
    held: () => kept.length,
  };
}

function judgePartHeaders(text: string, number: number): void {
  const malformed = (what: string): GuardHit => new GuardHit('stream-malformed', `part ${number}: ${what}`);
  const types: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([A-Za-z0-9-]{1,64}):[ \t]*([ -~]{0,256})$/.exec(line) ?? [];
    if (!name) throw malformed('a line that is no header');
    if (/^content-type$/i.test(name)) types.push(value);
    if (/^content-(?:encoding|transfer-encoding|disposition|range)$/i.test(name)) throw malformed('an encoded or named part');
  }
  if (types.length !== 1 || !/^image\/p?jpe?g\s*(?:;|$)/i.test(types[0]!)) throw malformed('not said to be one JPEG');
}
