// Everything that an answer holds, taken out of all that it may be packed in: archives, compression, multipart, text that spells bytes. Layer by
// layer until nothing new comes; what cannot be opened, or is too much, is told, for nobody has looked into it.
import { createHash } from 'node:crypto';
import { openArchive } from './open-archive.js';
import { openCoding, openStreams } from './open-compressed.js';
import { openChunked, openMultipart } from './open-multipart.js';
import { openText } from './open-text.js';
import type { Headers, Opened, Payload } from './payload.js';

export interface Unwrapped {
  /** The answer itself first. */
  payloads: Payload[];
  closed: string[];
}

const mostLayers = 16;
const mostPayloads = 50_000;
/** Of all payloads together. */
const mostBytes = 256 * 1024 ** 2;

/** `room`: bytes that what comes out may have. */
type Wrapping = (payload: Payload, room: number) => Opened;
const wrappings: readonly Wrapping[] = [openCoding, openChunked, openMultipart, openStreams, openArchive, openText];

/** `known`: what need not be opened. */
export function unwrap(answer: { headers: Headers; body: Buffer }, known: (bytes: Buffer) => boolean = () => false): Unwrapped {
  const found: Unwrapped = { payloads: [], closed: [] };
  const seen = new Set<string>();
  let room = mostBytes;
  const put = (payload: Payload): void => {
    // What a part says of itself changes how it is read.
    const key = createHash('sha1').update(JSON.stringify(payload.headers)).update(payload.bytes).digest('base64');
    if (payload.bytes.length === 0 || seen.has(key)) return;
    seen.add(key);
    found.payloads.push(payload);
    room -= payload.bytes.length;
  };
  put({ where: 'headers', headers: {}, bytes: Buffer.from(Object.values(answer.headers).flat().join('\n'), 'latin1') });
  put({ where: 'body', headers: answer.headers, bytes: answer.body });
  for (let at = 0; at < found.payloads.length; at++) {
    const payload = found.payloads[at]!;
    if (known(payload.bytes)) continue;
    for (const open of wrappings) {
      const { inner, closed } = open(payload, Math.max(0, room));
      found.closed.push(...closed.map((why) => `${payload.where}: ${why}`));
      for (const { name, headers = {}, bytes } of inner) put({ where: `${payload.where} › ${name}`, headers, bytes });
    }
    const deepest = found.payloads.at(-1)!.where.split(' › ').length;
    if (room > 0 && deepest <= mostLayers && found.payloads.length <= mostPayloads) continue;
    found.closed.push('more layers, pieces or bytes than are looked through');
    break;
  }
  return found;
}
