// The second line on an upgraded connection: each message is read. Text is looked at like a text answer, binary belongs on live routes alone, and
// no extension is agreed on, so that there is nothing that the guard cannot read.
import { createHash, randomBytes } from 'node:crypto';
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import type { WebClass } from '../../domain/route-table.js';
import type { OutgoingHttpHeaders } from 'node:http';
import { GuardHit } from './guard-hit.js';
import type { Hit } from './guard-hit.js';
import { judgeOf } from './guard.js';
import { valuesOf } from './raw-headers.js';
import type { RawHeaders } from './raw-headers.js';
import type { Upstream } from './upstream-addresses.js';
import { FrameReader, MOST_TEXT, writeFrame } from './websocket-frames.js';
import type { Direction, Piece } from './websocket-frames.js';

/** Close, with code 1008: a policy was broken (RFC 6455 §7.4.1). For the client, before its connection is ended. */
export const refusedClose: Buffer = writeFrame(8, Buffer.from([1008 >> 8, 1008 & 0xff]), null);

/** The upstream's answer to an upgrade that the gate asked for. `asked`: the headers that went to it. */
export interface Handshake {
  status: number;
  headers: RawHeaders;
  asked: OutgoingHttpHeaders;
}

/** Whether the connection is the WebSocket that was asked for, without any extension. */
export function guardHandshake({ status, headers, asked }: Handshake): 'pass' | Hit {
  const one = (name: string): string | null => {
    const values = valuesOf(headers, name);
    return values.length === 1 ? values[0]! : null;
  };
  const refused = (where: string): Hit => ({ why: 'handshake-refused', where });
  if (status !== 101) return refused(`status ${status}`);
  if (one('upgrade')?.toLowerCase() !== 'websocket') return refused('header upgrade');
  if (
    !one('connection')
      ?.toLowerCase()
      .split(/\s*,\s*/)
      .includes('upgrade')
  )
    return refused('header connection');
  // RFC 6455 §4.2.2: a server that knows nothing of WebSocket does not give this by chance.
  const accept = createHash('sha1')
    .update(`${String(asked['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  if (one('sec-websocket-accept') !== accept) return refused('header sec-websocket-accept');
  if (valuesOf(headers, 'sec-websocket-extensions').length > 0) return refused('header sec-websocket-extensions');
  const offered = String(asked['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
  const protocols = valuesOf(headers, 'sec-websocket-protocol');
  if (protocols.length > 1 || protocols.some((protocol) => !offered.includes(protocol))) return refused('header sec-websocket-protocol');
  return 'pass';
}

/** Headers of the 101 to the client, of a handshake that passed. */
export function handshakeHeaders(headers: RawHeaders): OutgoingHttpHeaders {
  const [protocol] = valuesOf(headers, 'sec-websocket-protocol');
  return {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-accept': valuesOf(headers, 'sec-websocket-accept')[0],
    ...(protocol !== undefined && { 'sec-websocket-protocol': protocol }),
  };
}

/** Whoever judges messages by a system's own rules (`WebFront.inspect`; said again here, for the guard shares nothing with those who classify). */
export type Inspect = (text: string, toClient: boolean) => 'pass' | 'drop' | 'deny' | Promise<'pass' | 'drop' | 'deny'>;

export interface Messages {
  class: WebClass;
  direction: Direction;
  /** Addresses in messages to the client are made the gate's; null: left as they are. */
  upstream: Upstream | null;
  /** Asked of each text message, as it will be sent; null: nobody. */
  inspect: Inspect | null;
}

/** One way of an upgraded connection. Fails with `GuardHit`; of a message that was found wrong nothing has left. */
export class GuardedMessages extends Transform {
  private readonly reader: FrameReader;

  constructor(private readonly messages: Messages) {
    super();
    this.reader = new FrameReader(messages.direction, messages.class === 'live');
  }

  /** Bytes that have come and have not left. */
  get held(): number {
    return this.reader.held;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.pass(chunk).then(
      () => done(),
      (cause: unknown) => done(cause as Error),
    );
  }

  private async pass(chunk: Buffer): Promise<void> {
    for (const piece of this.reader.push(chunk)) {
      const out = await this.judge(piece);
      if (out) this.push(out);
    }
  }

  /** What leaves: frames written anew, with a mask of the gate's own where one belongs. Null: nothing. */
  private async judge(piece: Piece): Promise<Buffer | null> {
    const { direction, upstream, inspect } = this.messages;
    if (piece.kind === 'binary') return piece.bytes;
    const mask = direction === 'to-server' ? randomBytes(4) : null;
    if (piece.kind === 'control') return writeFrame(piece.opcode, piece.payload, mask);
    const judge = judgeOf({ as: 'text', most: MOST_TEXT, playlist: false }, direction === 'to-client' ? upstream : null);
    const text = Buffer.concat([...judge.push(Buffer.from(piece.text, 'utf8')), ...judge.end()]);
    const verdict = inspect ? await inspect(text.toString('utf8'), direction === 'to-client') : 'pass';
    if (verdict === 'deny') throw new GuardHit('message-denied', direction === 'to-client' ? 'to the client' : 'to the video system');
    return verdict === 'pass' ? writeFrame(1, text, mask) : null;
  }
}
