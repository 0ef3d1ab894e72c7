// Does an answer hold recorded footage that must not leave? No run of an original's coded picture, and no picture but those that may leave.
import { carve } from './carve.js';
import type { CodedSlices } from './coded-slices.js';
import { pictureJudge } from './judge-picture.js';
import { headerOf, type Headers, type Payload } from './payload.js';
import { pictures, type Shown } from './pictures.js';
import { unwrap } from './unwrap.js';
import { digestOf } from './web-files.js';

export interface Answer {
  url: string;
  /** The route is one on which pictures of this moment may pass. */
  isLive: boolean;
  /** Names in lower case. */
  headers: Headers;
  body: Buffer;
  /** The reader hung up before the end: what is too short to be decoded is no picture, nor is what came of the last one of several. */
  cut?: boolean;
}

export interface Verdict {
  passes: boolean;
  url: string;
  /** The way to it inside of the answer: `body › part 2 › mjpeg at 0`. */
  where: string;
  why: string;
}

export interface OracleParts {
  originals: CodedSlices;
  /** Digests of what the video system's web folder holds (webFiles). */
  web: ReadonlySet<string>;
  /** Digests of the gate's refusal pictures and clips, or who knows them when he sees one. */
  refusals: ReadonlySet<string> | ((picture: Shown) => boolean);
  now: () => Date;
}

export type Oracle = (answer: Answer) => Promise<Verdict[]>;

/** One verdict for each picture, each leak, and whatever could not be looked into. Nothing at all: no picture, and nothing of an original. */
export function makeOracle({ originals, web, refusals, now }: OracleParts): Oracle {
  const [isRefusal, known] = typeof refusals === 'function' ? [refusals, new Set<string>()] : [() => false, refusals];
  const isWeb = (bytes: Buffer): boolean => web.has(digestOf(bytes));

  return async (answer) => {
    const judge = pictureJudge({ isLive: answer.isLive, now: now(), isRefusal });
    const { payloads, closed } = unwrap(answer, isWeb);
    const verdicts: Verdict[] = [];
    const say = (passes: boolean, where: string, why: string): void => void verdicts.push({ passes, url: answer.url, where, why });
    for (const why of closed) say(false, 'body', why);

    // A part of a stream lies in the whole answer too: each picture is judged once, and a film no further than to its first bad frame.
    const begun = new Set<string>();
    // What a live answer may hold though the system wrote the same bytes down.
    const fresh = new Set<string>();
    const failed = new Set<Buffer>();
    const lookAt = async ({ where, bytes, headers }: Payload): Promise<void> => {
      let found = 0;
      const wants = (source: Buffer): boolean => {
        const digest = digestOf(source);
        found++;
        if (web.has(digest) || begun.has(digest)) return false;
        const isRest = answer.cut === true && begun.size > 0 && isUnfinished(source);
        begun.add(digest);
        if (isRest) fresh.add(digest);
        if (isRest) return false;
        if (known.has(digest)) say(true, where, 'a refusal of the gate');
        return !known.has(digest);
      };
      for await (const picture of pictures(bytes, { wants, goesOn: (source) => !failed.has(source) })) {
        const place = `${where} › ${picture.name}`;
        if (!picture.light) {
          say(answer.cut === true, place, 'cannot be decoded, so nobody has looked at it');
          continue;
        }
        const { by, why } = await judge(picture);
        say(by !== null, place, why);
        if (by === 'live') fresh.add(digestOf(picture.source));
        if (by === null) failed.add(picture.source);
      }
      if (found === 0 && !answer.cut && saysMedia({ headers, bytes }))
        say(false, where, `says ${headerOf(headers, 'content-type')} and cannot be decoded`);
    };

    const unknown = payloads.filter(({ bytes }) => !isWeb(bytes));
    if (answer.isLive) for (const payload of unknown) await lookAt(payload);
    for (const payload of unknown) {
      // The system codes a picture of this moment as it coded the recorded ones: where nothing moved, to the same bytes.
      const leak = originals.leaks(answer.isLive ? without(payload.bytes, fresh) : payload.bytes);
      if (leak) say(false, payload.where, leak);
      else if (!answer.isLive) await lookAt(payload);
    }
    return verdicts;
  };
}

/** A JPEG without its end. */
const isUnfinished = (source: Buffer): boolean => source.readUInt16BE(0) === 0xffd8 && source.readUInt16BE(source.length - 2) !== 0xffd9;

/** With zeros where these pictures are. */
function without(bytes: Buffer, digests: ReadonlySet<string>): Buffer {
  const rest = Buffer.from(bytes);
  for (const { at, bytes: source } of carve(bytes)) if (digests.has(digestOf(source))) rest.fill(0, at, at + source.length);
  return rest;
}

/** A later part of a file (206) cannot be decoded by itself. */
const saysMedia = ({ headers, bytes }: Pick<Payload, 'headers' | 'bytes'>): boolean =>
  bytes.length > 0 &&
  /^\s*(image\/(?!svg)|video\/)/i.test(headerOf(headers, 'content-type')) &&
  !/^bytes [1-9]/.test(headerOf(headers, 'content-range'));
