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
  packet(channel: number, payload: Buffer): void;
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

export function makeFramer(sink: Sink): Framer {
  let rest = Buffer.alloc(0);
  /** Bytes of `rest` in which no end of a header was found. */
  let searched = 0;

  /** Takes one message or packet off; false where more bytes are needed. */
  const takeOne = (): boolean => {
    if (rest.length === 0) return false;
    if (rest[0] === 0x24) {
      if (rest.length < 4) return false;
      const end = 4 + rest.readUInt16BE(2);
      if (rest.length < end) return false;
      const [channel, payload] = [rest[1] as number, rest.subarray(4, end)];
      rest = rest.subarray(end);
      sink.packet(channel, payload);
      return true;
    }
    if (rest[0] === 0x0d || rest[0] === 0x0a) {
      rest = rest.subarray(1);
      return true;
    }
    if ((rest[0] ?? 0) < 0x41 || (rest[0] ?? 0) > 0x5a) throw fault('The recorder sent bytes that are no RTSP.');
    const end = rest.indexOf('\r\n\r\n', Math.max(0, searched - 3));
    searched = rest.length;
    if (end > headerBytes || (end < 0 && rest.length > headerBytes)) throw fault('The recorder sent an RTSP header longer than 64 kB.');
    if (end < 0) return false;
    const head = parseHead(rest.toString('utf8', 0, end));
    const whole = end + 4 + bodyLength(head);
    if (rest.length < whole) {
      searched = end;
      return false;
    }
    const body = rest.subarray(end + 4, whole);
    rest = rest.subarray(whole);
    searched = 0;
    sink.message({ ...head, body });
    return true;
  };

  return {
    push(chunk) {
      rest = rest.length ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
      while (takeOne());
    },
    isCut: () => rest.length > 0,
  };
}
