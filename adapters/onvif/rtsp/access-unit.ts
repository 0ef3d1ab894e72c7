// What a track yields: one picture, one AAC access unit, the samples of one G.711 packet. First as packed, then with its time.

/** The replay header extension of one packet (ONVIF Streaming, "RTP header extension"). */
export interface ReplayExtension {
  /** Microseconds since 1970, UTC by the recorder's clock. */
  utcMicros: number;
  /** C clean point, E end of contiguous section, D discontinuity, T terminates the track: 0x80, 0x40, 0x20, 0x10. */
  bits: number;
  /** Low byte of the PLAY's CSeq; 0 with some servers whatever was asked. */
  cseq: number;
}

/** A unit without its time. */
export interface Piece {
  data: Buffer;
  /** By what its bytes say; the C bit is not counted in. */
  key: boolean;
  /** RTP time of the packet where it begins. */
  timestamp: number;
  /** RTP ticks from that time to this unit: several AAC units share a packet. */
  ticks: number;
  /** First and last RTP sequence number. */
  sequence: readonly [number, number];
  extension: ReplayExtension | null;
}

export interface AccessUnit {
  track: number;
  utcMicros: number;
  /** No extension told its time: counted on by RTP time. */
  counted: boolean;
  key: boolean;
  flags: { c: boolean; e: boolean; d: boolean; t: boolean };
  sequence: readonly [number, number];
  data: Buffer;
}
