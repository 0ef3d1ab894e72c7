// Bytes of an RTSP connection → messages and interleaved packets (RFC 2326 sections 4 and 10.12), wherever TCP cuts them.
import { Problem } from '../../../plugin/domain/problem.js';

export interface Message {
  /** `RTSP/1.0 200 OK`, or a request line where the recorder asks something. */
  start: string;
  /** In order; names in lower case. */
  headers: readonly (readonly [name: string, value: string])[];
  body: Buffer;
}

export interface Sink {
  /** One interleaved packet, `bytes` from `start` to before `end`; they are good until this returns. */
  packet(channel: number, bytes: Buffer, start: number, end: number): void;
  message(message: Message): void;
}

const headerBytes = 64 * 1024;
const bodyBytes = 256 * 1024;

const fault = (detail: string): Problem => new Problem('vms-fault', detail);

export const headersNamed = ({ headers }: Message, name: string): string[] =>
  headers.filter(([each]) => each === name).map(([, value]) => value);
export const header = (message: Message, name: string): string | null => headersNamed(message, name)[0] ?? null;

function parseHead(text: string): Omit<Message, 'body'> {
  const [start = '', ...lines] = text.split(/\r?\n/);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw fault('The recorder sent an RTSP header that is none.');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { start, headers };
}

function bodyLength(head: Omit<Message, 'body'>): number {
  const values = headersNamed({ ...head, body: Buffer.alloc(0) }, 'content-length');
  const length = values[0] ?? '0';
  if (values.some((value) => value !== length) || !/^\d{1,9}$/.test(length))
    throw fault('The recorder sent an RTSP message of no clear length.');
  if (Number(length) > bodyBytes) throw fault('The recorder sent an RTSP body longer than 256 kB.');
  return Number(length);
}

export interface Framer {
  /** Problems: `vms-fault` for what is no RTSP or longer than a message may be. Nothing can be read after one. */
  push(chunk: Buffer): void;
  /** Is a message or packet cut off in its middle? */
  isCut(): boolean;
}

const dollar = 0x24;

/** Packets are told where they lie: in the chunk, or where it cut one, in a buffer that is used again. Who keeps bytes copies them. */
export function makeFramer(sink: Sink): Framer {
  /** The beginning of what a chunk cut, `length` bytes of it. */
  let held = Buffer.allocUnsafe(4096);
  let length = 0;
  /** Bytes of the open message in which no end of its header was found. */
  let searched = 0;

  const hold = (bytes: Buffer, start: number, end: number): void => {
    if (length + end - start > held.length) {
      const larger = Buffer.allocUnsafe(2 * (length + end - start));
      held.copy(larger, 0, 0, length);
      held = larger;
    }
    bytes.copy(held, length, start, end);
    length += end - start;
  };

  /** Where the message at `at` ends, after it was told; -1 where more bytes are needed. */
  const takeMessage = (bytes: Buffer, at: number, to: number): number => {
    if ((bytes[at] as number) < 0x41 || (bytes[at] as number) > 0x5a) throw fault('The recorder sent bytes that are no RTSP.');
    const message = bytes.subarray(at, to);
    const end = message.indexOf('\r\n\r\n', Math.max(0, searched - 3));
    searched = message.length;
    if (end > headerBytes || (end < 0 && message.length > headerBytes)) throw fault('The recorder sent an RTSP header longer than 64 kB.');
    if (end < 0) return -1;
    const head = parseHead(message.toString('utf8', 0, end));
    const whole = end + 4 + bodyLength(head);
    if (message.length < whole) {
      searched = end;
      return -1;
    }
    searched = 0;
    sink.message({ ...head, body: Buffer.from(message.subarray(end + 4, whole)) });
    return at + whole;
  };

  /** Tells what is whole; returns where the first thing begins that is not. */
  const parse = (bytes: Buffer, from: number, to: number): number => {
    let at = from;
    while (at < to) {
      const first = bytes[at];
      if (first === dollar) {
        if (to - at < 4) break;
        const end = at + 4 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
        if (end > to) break;
        sink.packet(bytes[at + 1] as number, bytes, at + 4, end);
        at = end;
      } else if (first === 0x0d || first === 0x0a) at++;
      else {
        const end = takeMessage(bytes, at, to);
        if (end < 0) break;
        at = end;
      }
    }
    return at;
  };

  /** Bytes still wanted by the packet that is held. */
  const wanted = (): number => (length < 4 ? 4 : 4 + held.readUInt16BE(2)) - length;

  return {
    push(chunk) {
      let at = 0;
      // Of a packet that was cut only its own bytes are copied.
      while (length > 0 && held[0] === dollar && at < chunk.length) {
        const end = Math.min(chunk.length, at + wanted());
        hold(chunk, at, end);
        at = end;
        if (length >= 4 && wanted() === 0) {
          parse(held, 0, length);
          length = 0;
        }
      }
      if (length > 0 && at < chunk.length) {
        hold(chunk, at, chunk.length);
        const done = parse(held, 0, length);
        held.copyWithin(0, done, length);
        length -= done;
      } else if (at < chunk.length) {
        const done = parse(chunk, at, chunk.length);
        if (done < chunk.length) hold(chunk, done, chunk.length);
      }
    },
    isCut: () => length > 0,
  };
}
