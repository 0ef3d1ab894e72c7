// What every payload format has in common: packets go in, pieces come out.
import { Problem } from '../../../../plugin/domain/problem.js';
import type { Piece } from '../access-unit.js';
import type { RtpPacket } from '../rtp-packet.js';

export interface Depacketizer {
  /** One packet, in order. Problems: `vms-fault` for what does not fit together, `codec-unsupported` for packings that are not read. */
  push(packet: RtpPacket): void;
  /** No packet follows: gives out what only the next packet would have ended. False where something stays cut in its middle. */
  end(): boolean;
}

export type Emit = (piece: Piece) => void;

export const unfit = (what: string): Problem => new Problem('vms-fault', `The recorder sent ${what}.`);
