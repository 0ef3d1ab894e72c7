// What can be wrong with a recorder: switches, read at the moment they matter, so that a test may turn them while it runs.

export interface Faults {
  /** Every login is refused, though user and password are right. */
  refuseLogin?: boolean;
  /** Which logins SOAP takes: HTTP digest (RFC 7616) or WS-UsernameToken. Both when unset. */
  login?: 'digest' | 'token';
  /** The recording is known and holds nothing. */
  empty?: boolean;
  /** There is no search: its operations are answered with a fault, as some recorders do that claim Profile G. */
  searchRefused?: boolean;
  /** So many PLAYs are answered 200, and then nothing comes. */
  silentPlays?: number;
  /** Live pictures instead of the past: times of now. */
  live?: boolean;
  /** The connection is cut after so many bytes of one PLAY. */
  cutAfterBytes?: number;
  /** Nothing more comes after so many bytes of one PLAY; the connection stays. */
  stallAfterBytes?: number;
  /** One RTP packet is left out, counted from 1. */
  losePacket?: number;
  /** SOAP replies: longer than any buffer, without end, or headers and then silence. */
  soap?: 'huge' | 'drip' | 'stall';
  /** TCP delivers every byte by itself. */
  oneByteChunks?: boolean;
  /** The CSeq byte of the header extension is 0 in every packet. */
  cseqZero?: boolean;
  /** How the end of footage is told. Both T bit and RTCP BYE when unset. */
  end?: 't-bit' | 'bye' | 'silent' | 'close';
  /** Seconds that a replay session lives without a word of the client. 60 when unset. */
  sessionSeconds?: number;
  /** The end of the asked range is ignored: it plays on to the end of the recording. */
  ignoreEnd?: boolean;
}
