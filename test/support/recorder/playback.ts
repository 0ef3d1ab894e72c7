// One PLAY: units become packets on the socket, as fast as it takes them (or as time goes by), until the end of the range or of the
// session.
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Socket } from 'node:net';
import type { Faults } from './faults.js';
import { goodbye, packetize, type RtpStream } from './rtp.js';
import type { Unit } from './timeline.js';

export interface Play {
  units: Iterable<Unit>;
  /** `Rate-Control: no`. */
  asFastAsTaken: boolean;
  cseq: number;
  /** Set to end it. */
  stopped: boolean;
}

/** Writes and waits while the socket's buffer is full. False when the socket is gone. */
async function send(socket: Socket, bytes: Buffer, oneByOne: boolean): Promise<boolean> {
  const pieces = oneByOne ? Array.from(bytes, (byte) => Buffer.of(byte)) : [bytes];
  for (const piece of pieces) {
    if (socket.destroyed) return false;
    if (!socket.write(piece))
      await new Promise<void>((resolve) => {
        const go = (): void => {
          socket.off('drain', go).off('close', go);
          resolve();
        };
        socket.once('drain', go).once('close', go);
      });
    if (oneByOne) await turn();
  }
  return !socket.destroyed;
}

/** Every unit with a look at the one behind it. */
function* pairs(units: Iterable<Unit>): Iterable<[Unit, Unit | undefined]> {
  let held: Unit | undefined;
  for (const unit of units) {
    if (held) yield [held, unit];
    held = unit;
  }
  if (held) yield [held, undefined];
}

export async function play(socket: Socket, stream: RtpStream, job: Play, faults: Faults): Promise<void> {
  let [bytes, packets, first] = [0, 0, true];
  const begun = performance.now();
  let begin: number | null = null;
  for (const [unit, next] of pairs(job.units)) {
    begin ??= unit.utcMicros;
    if (!job.asFastAsTaken) await wait(Math.max(0, (unit.utcMicros - begin) / 1000 - (performance.now() - begun)));
    const bits = {
      e: !next || unit.last,
      d: first || unit.first,
      t: !next && faults.end !== 'bye' && faults.end !== 'silent' && faults.end !== 'close',
      cseq: faults.cseqZero ? 0 : job.cseq,
    };
    first = false;
    for (const packet of packetize(stream, unit, bits)) {
      if (++packets === faults.losePacket) continue;
      if (bytes + packet.length > (faults.cutAfterBytes ?? Infinity)) return void socket.destroy();
      if (bytes + packet.length > (faults.stallAfterBytes ?? Infinity)) return;
      if (job.stopped || !(await send(socket, packet, faults.oneByteChunks ?? false))) return;
      bytes += packet.length;
    }
    // Replies to other requests of the session stand between the packets.
    if (packets % 64 === 0) await turn();
  }
  if (job.stopped || socket.destroyed) return;
  if (faults.end === undefined || faults.end === 'bye') socket.write(goodbye(stream));
  if (faults.end === 'close') socket.end();
}
