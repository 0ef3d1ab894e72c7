// RTP packets → H.264 access units (RFC 6184): single NAL units, STAP-A, FU-A. The received NAL units come out byte for byte.
import { Problem } from '../../../plugin/domain/problem.js';
import { unitBytes } from '../limits.js';
import type { ReplayExtension, RtpPacket } from './replay-extension.js';

export interface AccessUnit extends ReplayExtension {
  nals: readonly Buffer[];
  /** First and last RTP sequence number. */
  sequence: readonly [number, number];
  /** A clean point: an IDR picture, or what the recorder marks as one. */
  key: boolean;
}

interface Open {
  timestamp: number;
  nals: Buffer[];
  /** Pieces of a fragmented NAL unit whose end has not come. */
  fragment: Buffer[] | null;
  bytes: number;
  sequence: [number, number];
  extension: ReplayExtension | null;
}

const fault = (detail: string): Problem => new Problem('vms-fault', detail);

function addAggregate(open: Open, payload: Buffer): void {
  for (let at = 1; at < payload.length;) {
    const end = at + 2 + (at + 2 <= payload.length ? payload.readUInt16BE(at) : 0);
    if (end === at + 2 || end > payload.length) throw fault('The recorder sent an aggregation packet that cannot be read.');
    open.nals.push(payload.subarray(at + 2, end));
    at = end;
  }
}

function addFragment(open: Open, payload: Buffer): void {
  const [indicator = 0, header = 0] = payload;
  const [start, end] = [(header & 0x80) !== 0, (header & 0x40) !== 0];
  if (payload.length < 3 || start !== (open.fragment === null) || (start && end))
    throw fault('The recorder sent fragments of a picture that do not fit together.');
  open.fragment ??= [Buffer.of((indicator & 0xe0) | (header & 0x1f))];
  open.fragment.push(payload.subarray(2));
  if (!end) return;
  open.nals.push(Buffer.concat(open.fragment));
  open.fragment = null;
}

function add(open: Open, payload: Buffer): void {
  const type = (payload[0] ?? 0) & 0x1f;
  open.bytes += payload.length;
  if (open.bytes > unitBytes) throw fault('The recorder sent a picture larger than 8 MB.');
  if (type === 28) return addFragment(open, payload);
  if (open.fragment) throw fault('The recorder sent fragments of a picture that do not fit together.');
  if (type >= 1 && type <= 23) open.nals.push(payload);
  else if (type === 24) addAggregate(open, payload);
  else
    throw new Problem(
      'codec-unsupported',
      `The recorder packs H.264 in a way (RTP payload structure ${type}) that the gate does not read.`,
    );
}

function close(open: Open): AccessUnit {
  if (open.fragment || open.nals.length === 0) throw fault('The recorder sent a picture without its end.');
  if (!open.extension)
    throw new Problem(
      'wrong-footage',
      'The recorder sent pictures without their time (ONVIF replay header extension), so nobody can tell of when they are.',
    );
  const key = open.extension.flags.c || open.nals.some((nal) => ((nal[0] ?? 0) & 0x1f) === 5);
  return { ...open.extension, nals: open.nals, sequence: open.sequence, key };
}

export interface Depacketizer {
  /**
   * Access units that this packet completes, in decode order. Problems: `vms-fault` (a hole in the sequence: TCP loses nothing),
   * `codec-unsupported`, `wrong-footage`.
   */
  push(packet: RtpPacket): AccessUnit[];
  /** Is an access unit open? */
  isCut(): boolean;
}

export function makeDepacketizer(payloadType: number): Depacketizer {
  let open: Open | null = null;
  let last: { sequence: number; ssrc: number } | null = null;
  return {
    push(packet) {
      const { sequence, ssrc, timestamp, extension, payload } = packet;
      if (packet.payloadType !== payloadType) throw fault('The recorder changed the form of its packets in mid-stream.');
      if (last && (ssrc !== last.ssrc || sequence !== ((last.sequence + 1) & 0xffff)))
        throw fault('Packets are missing in what the recorder sent.');
      last = { sequence, ssrc };
      const done: AccessUnit[] = [];
      // Without a marker bit, another time ends the unit (RFC 6184 section 5.1).
      if (open && open.timestamp !== timestamp) {
        done.push(close(open));
        open = null;
      }
      open ??= { timestamp, nals: [], fragment: null, bytes: 0, sequence: [sequence, sequence], extension: null };
      open.sequence[1] = sequence;
      open.extension ??= extension;
      add(open, payload);
      if (packet.marker) {
        done.push(close(open));
        open = null;
      }
      return done;
    },
    isCut: () => open !== null,
  };
}
