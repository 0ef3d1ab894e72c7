// WebSocket frames out of a stream of bytes (RFC 6455 §5.2), read strictly: what two programs could read differently is refused.
import { isUtf8 } from 'node:buffer';
import { GuardHit } from './guard-hit.js';

/** Bytes of a message, all its fragments together. */
export const MOST_TEXT = 1024 * 1024;
export const MOST_BINARY = 8 * 1024 * 1024;
/** A message in more pieces than this is not written by a program that wants to be read. */
const MOST_FRAGMENTS = 1024;

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Who sends: a client masks each frame, a server none (§5.1). */
export type Direction = 'to-client' | 'to-server';

export type Piece =
  /** A whole text message. */
  | { kind: 'text'; text: string }
  /** Ping, pong, close: unmasked payload. */
  | { kind: 'control'; opcode: number; payload: Buffer }
  /** A part of a binary frame as it came, masked or not; header or payload. */
  | { kind: 'binary'; bytes: Buffer };

interface Header {
  fin: boolean;
  opcode: number;
  mask: Buffer | null;
  length: number;
  /** Bytes of the header itself. */
  size: number;
}

function unmask(payload: Buffer, mask: Buffer | null): Buffer {
  if (!mask) return payload;
  const out = Buffer.allocUnsafe(payload.length);
  for (let at = 0; at < payload.length; at++) out[at] = payload[at]! ^ mask[at & 3]!;
  return out;
}

/** Incremental; `push` throws `GuardHit`, after which nothing more may be read. Binary is passed on piece by piece, text whole. */
export class FrameReader {
  /** Of a frame whose header has not come whole. */
  private readonly head = Buffer.alloc(14);
  private headBytes = 0;
  /** The frame whose payload is coming; `payload` null: it passes. */
  private frame: { header: Header; payload: Buffer | null; come: number } | null = null;
  private message: { opcode: number; bytes: number; fragments: number; texts: Buffer[] } | null = null;
  private messages = 0;
  private closed = false;

  /** `binary`: whether the route has binary messages. */
  constructor(
    private readonly direction: Direction,
    private readonly binary: boolean,
  ) {}

  /** Bytes held back: of text messages, and of frames that have not come whole. */
  get held(): number {
    const coming = this.frame?.payload ? this.frame.come : 0;
    return this.headBytes + coming + (this.message?.texts.reduce((sum, { length }) => sum + length, 0) ?? 0);
  }

  push(chunk: Buffer): Piece[] {
    const pieces: Piece[] = [];
    for (let at = 0; at < chunk.length;) at = this.frame ? this.takePayload(chunk, at, pieces) : this.takeHeader(chunk, at, pieces);
    return pieces;
  }

  private takeHeader(chunk: Buffer, from: number, pieces: Piece[]): number {
    let at = from;
    let header: Header | null = null;
    while (at < chunk.length && !header) {
      this.head[this.headBytes++] = chunk[at++]!;
      header = this.readHeader(this.head.subarray(0, this.headBytes));
    }
    if (!header) return at;
    this.headBytes = 0;
    this.judge(header);
    const passes = header.opcode < 8 && this.message?.opcode === opcodes.binary;
    if (passes) pieces.push({ kind: 'binary', bytes: Buffer.from(this.head.subarray(0, header.size)) });
    // The length was judged: no more than a text may have.
    this.frame = { header, payload: passes ? null : Buffer.allocUnsafe(header.length), come: 0 };
    if (header.length === 0) this.finish(pieces);
    return at;
  }

  private takePayload(chunk: Buffer, from: number, pieces: Piece[]): number {
    const frame = this.frame!;
    const to = Math.min(chunk.length, from + frame.header.length - frame.come);
    if (frame.payload) chunk.copy(frame.payload, frame.come, from, to);
    else pieces.push({ kind: 'binary', bytes: chunk.subarray(from, to) });
    frame.come += to - from;
    if (frame.come === frame.header.length) this.finish(pieces);
    return to;
  }

  /** Null: it has not come whole. */
  private readHeader(bytes: Buffer): Header | null {
    if (bytes.length < 2) return null;
    const [first, second] = [bytes[0]!, bytes[1]!];
    // Reserved bits belong to extensions, and none was agreed on.
    if (first & 0x70) throw this.fault('frame-malformed', 'a reserved bit');
    const masked = (second & 0x80) !== 0;
    if (masked !== (this.direction === 'to-server'))
      throw this.fault('frame-malformed', masked ? 'a masked frame of a server' : 'a bare frame of a client');
    const short = second & 0x7f;
    const wide = short === 127 ? 8 : short === 126 ? 2 : 0;
    const size = 2 + wide + (masked ? 4 : 0);
    if (bytes.length < size) return null;
    let length = short;
    if (wide === 2) length = bytes.readUInt16BE(2);
    if (wide === 8) {
      if (bytes.readUInt32BE(2) !== 0) throw this.fault('frame-too-large', 'a frame');
      length = bytes.readUInt32BE(6);
    }
    if ((wide === 2 && length < 126) || (wide === 8 && length < 65_536))
      throw this.fault('frame-malformed', 'a length not in its shortest form');
    const mask = masked ? Buffer.from(bytes.subarray(2 + wide, size)) : null;
    return { fin: (first & 0x80) !== 0, opcode: first & 0x0f, mask, length, size };
  }

  private judge({ fin, opcode, length }: Header): void {
    if (this.closed) throw this.fault('frame-malformed', 'a frame behind the close frame');
    if (opcode >= 8) {
      if (opcode > opcodes.pong) throw this.fault('frame-malformed', 'an unknown control frame');
      if (!fin || length > 125) throw this.fault('frame-malformed', 'a control frame in fragments, or too long');
      return;
    }
    if (opcode > opcodes.binary) throw this.fault('frame-malformed', 'an unknown data frame');
    if ((opcode === opcodes.continuation) !== (this.message !== null)) throw this.fault('frame-malformed', 'fragments out of order');
    if (opcode !== opcodes.continuation) {
      this.messages += 1;
      this.message = { opcode, bytes: 0, fragments: 0, texts: [] };
    }
    const message = this.message!;
    if (message.opcode === opcodes.binary && !this.binary) throw this.fault('frame-binary', 'binary');
    message.bytes += length;
    message.fragments += 1;
    if (message.bytes > (message.opcode === opcodes.text ? MOST_TEXT : MOST_BINARY)) throw this.fault('frame-too-large', 'the message');
    if (message.fragments > MOST_FRAGMENTS) throw this.fault('frame-malformed', 'too many fragments');
  }

  /** The frame has come whole. */
  private finish(pieces: Piece[]): void {
    const { header, payload: masked } = this.frame!;
    this.frame = null;
    const { fin, opcode } = header;
    if (!masked) {
      if (fin) this.message = null;
      return;
    }
    const payload = unmask(masked, header.mask);
    if (opcode >= 8) {
      if (opcode === opcodes.close) {
        this.closed = true;
        if (!isCloseBody(payload)) throw this.fault('frame-malformed', 'a close frame that gives no reason');
      }
      pieces.push({ kind: 'control', opcode, payload });
      return;
    }
    const message = this.message!;
    message.texts.push(payload);
    if (!fin) return;
    const whole = Buffer.concat(message.texts);
    this.message = null;
    if (!isUtf8(whole)) throw this.fault('frame-malformed', 'a text that is not UTF-8');
    pieces.push({ kind: 'text', text: whole.toString('utf8') });
  }

  private fault(why: GuardHit['why'], what: string): GuardHit {
    return new GuardHit(
      why,
      `message ${this.messages} ${this.direction === 'to-client' ? 'to the client' : 'to the video system'}: ${what}`,
    );
  }
}

/** Empty, or a code that may be sent (§7.4) with a reason in UTF-8. */
function isCloseBody(payload: Buffer): boolean {
  if (payload.length === 0) return true;
  if (payload.length === 1) return false;
  const code = payload.readUInt16BE(0);
  const sendable = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
  return sendable && isUtf8(payload.subarray(2));
}

/** One unfragmented frame. `mask`: four bytes, for a frame to a server; null: none. */
export function writeFrame(opcode: number, payload: Buffer, mask: Buffer | null): Buffer {
  const short = payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127;
  const head = Buffer.alloc(short < 126 ? 2 : short === 126 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = (mask ? 0x80 : 0) | short;
  if (short === 126) head.writeUInt16BE(payload.length, 2);
  if (short === 127) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, ...(mask ? [mask] : []), unmask(payload, mask)]);
}
