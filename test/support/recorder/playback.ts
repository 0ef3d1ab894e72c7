// One PLAY: units become packets on the socket, as fast as it takes them (or as time goes by), until the end of the range or of the
// session.
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { makeBlocks } from './blocks.js';
import { isPlain, takeTurn, type Faults } from './faults.js';
import type { PlayedUnit } from './played-units.js';
import { readyLength, writeReady } from './ready-packets.js';
import { falseReport, goodbye, packetize, type Bits, type RtpStream, type Shape } from './rtp.js';

export interface Play {
  units: Iterable<PlayedUnit>;
  /** `Rate-Control: no`. */
  asFastAsTaken: boolean;
  cseq: number;
  /** Set to end it. */
  stopped: boolean;
}

export interface Player {
  socket: Socket;
  /** Streams of the tracks that were set up, by number of track. */
  streams: ReadonlyMap<number, RtpStream>;
  faults: Faults;
  /** False when the session died of the client's silence. */
  isAlive: () => boolean;
  now: () => Date;
}

function bitsOf(unit: PlayedUnit, job: Play, faults: Faults): Bits {
  const onThis = !faults.endOn || (faults.endOn === 'video') === (unit.track === 0);
  const told = faults.end === undefined || faults.end === 't-bit';
  const cseq = faults.cseqZero ? 0 : job.cseq + (faults.cseqOff ?? 0) - Number(unit.stale);
  return { e: unit.e, d: unit.d, t: unit.t && told && onThis, cseq };
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

/** Whole units in large writes. */
async function playFast(player: Player, job: Play, units: Iterator<PlayedUnit>): Promise<'end' | 'stopped' | 'switched'> {
  const { socket, streams, faults } = player;
  const blocks = makeBlocks(socket);
  for (;;) {
    if (job.stopped || socket.destroyed || !player.isAlive()) return 'stopped';
    if (!isPlain(faults)) return blocks.flush().then(() => 'switched' as const);
    const next = units.next();
    if (next.done) return blocks.flush().then(() => 'end' as const);
    const unit = next.value;
    const stream = streams.get(unit.track) as RtpStream;
    const place = blocks.room(readyLength(stream, unit));
    const room = place instanceof Promise ? await place : place;
    if (!room) return 'stopped';
    blocks.used(writeReady(room.block, room.at, stream, unit, bitsOf(unit, job, faults)));
  }
}

const strayReply = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 99999\r\nX-Nobody-Asked: yes\r\n\r\n');
const hugeSet = Buffer.concat([Buffer.of(0x67), Buffer.alloc(69_999, 0x55)]);

function shapeOf(faults: Faults, isFirst: boolean): Shape {
  const on = { none: 'no-packet', 'every-packet': 'every-packet', 'stream-start': isFirst ? 'first-packet' : 'no-packet' } as const;
  return {
    on: faults.extension ? on[faults.extension] : 'first-packet',
    jpegWords: faults.longExtension ? 3 : 0,
    without: faults.omitFlags ?? [],
  };
}

interface Meter {
  bytes: number;
  packets: number;
  lose: number | undefined;
  cut: number | undefined;
  close: number | undefined;
  stall: number | undefined;
}

/** One packet and what stands before it. False when this PLAY is over. */
async function sendPacket(player: Player, job: Play, meter: Meter, stream: RtpStream, packet: Buffer): Promise<boolean> {
  const { socket, faults } = player;
  if (++meter.packets === meter.lose) return true;
  const between = [
    ...(faults.repliesBetween && meter.packets % 3 === 0 ? [strayReply] : []),
    ...(faults.falseReports && meter.packets % 5 === 0 ? [falseReport(stream, player.now().getTime() * 1000)] : []),
  ];
  meter.bytes += packet.length;
  if (meter.bytes > (meter.cut ?? Infinity)) socket.destroy();
  if (meter.bytes > (meter.close ?? Infinity)) socket.end();
  const over = Math.min(meter.cut ?? Infinity, meter.close ?? Infinity, meter.stall ?? Infinity);
  if (meter.bytes > over || job.stopped || !player.isAlive()) return false;
  if (faults.bytesPerSecond) await wait((1000 * packet.length) / faults.bytesPerSecond);
  return send(socket, Buffer.concat([...between, packet]), faults.oneByteChunks ?? false);
}

async function playSlowly(player: Player, job: Play, units: Iterator<PlayedUnit>, begun: number): Promise<'end' | 'stopped'> {
  const { streams, faults } = player;
  const meter: Meter = {
    bytes: 0,
    packets: 0,
    lose: takeTurn(faults, 'losePacket'),
    cut: takeTurn(faults, 'cutAfterBytes'),
    close: takeTurn(faults, 'closeAfterBytes'),
    stall: takeTurn(faults, 'stallAfterBytes'),
  };
  let [begin, count] = [null as number | null, 0];
  for (;;) {
    const next = units.next();
    if (next.done) return 'end';
    const unit = next.value;
    begin ??= unit.decodeMicros;
    if (!job.asFastAsTaken) await wait(Math.max(0, (unit.decodeMicros - begin) / 1000 - (performance.now() - begun)));
    const stream = streams.get(unit.track) as RtpStream;
    const sent = faults.hugeParameterSet && count === 0 ? { ...unit, nals: [hugeSet, ...unit.nals] } : unit;
    for (const packet of packetize(stream, sent, bitsOf(unit, job, faults), shapeOf(faults, count === 0)))
      if (!(await sendPacket(player, job, meter, stream, packet))) return 'stopped';
    // Replies to other requests of the session stand between the packets.
    if (++count % 8 === 0) await turn();
  }
}

export async function play(player: Player, job: Play): Promise<void> {
  const { socket, faults } = player;
  const units = job.units[Symbol.iterator]();
  let ended: string = job.asFastAsTaken ? await playFast(player, job, units) : 'switched';
  if (ended === 'switched') ended = await playSlowly(player, job, units, performance.now());
  if (ended !== 'end' || job.stopped || socket.destroyed) return;
  if (faults.end === undefined || faults.end === 'bye')
    for (const [track, stream] of player.streams)
      if (!faults.endOn || (faults.endOn === 'video') === (track === 0)) socket.write(goodbye(stream));
  if (faults.end === 'close') socket.end();
}
