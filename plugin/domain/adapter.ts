// One kind of video system: how to reach it (Vms), and what an ordinary client may say to it through the gate (routes).
import type { RouteTable } from './route-table.js';
import type { Vms } from './vms.js';
import type { WebFront } from './web-front.js';

/** Where a recorder is and how the gate signs in. Only these addresses are ever called. */
export interface RecorderAddress {
  id: string;
  /** Device service, `http://host:port/onvif/device_service` or https. */
  url: string;
  user: string;
  password: string;
  /** Whom to believe behind https and rtsps: an authority of one's own (PEM), or one certificate by its SHA-256 fingerprint (64 hex digits,
   *  lower case). Unset: the authorities that Node trusts. */
  tls?: { ca?: string; fingerprint?: string };
  /** A first picture older than the asked start by more than this is not the one asked for. 10 where unset. */
  maxGopSeconds?: number;
  /** For vendors' playback addresses: the RTSP port (554 where unset), and the zone in which the vendor's local times are meant, minutes
   *  east of UTC (480 where unset). */
  vendor?: { rtspPort?: number; zoneMinutes?: number };
}

/** What answered a discovery on the network. Told to a person: nothing of it is called or configured by itself. */
export interface Discovered {
  /** Addresses of device services, as announced. */
  addresses: readonly string[];
  name: string | null;
  hardware: string | null;
}

/** What the gate does with an operation: let it pass, stop it because recorded footage would leave, or refuse it. */
export type RouteClass = 'safe' | 'footage' | 'writing' | 'unknown';

/** What an ordinary client said, read once. What goes on is `rebuilt` from what was read, never the client's own bytes. */
export interface Command {
  operation: string;
  class: RouteClass;
  recording: string | null;
  /** The name it used on the video system, where the message tells it. */
  user: string | null;
  rebuilt: Buffer;
  /** Of what goes on; the client's own header stays behind. */
  contentType: string;
}

/** An answer in the client's own protocol. */
export interface Refusal {
  status: number;
  contentType: string;
  body: Buffer;
}

/** The gate's place in front of a video system: how its clients' messages are read and answered. */
export interface Front {
  /** Problems `path-ambiguous`, `body-malformed`: what cannot be read in one way only. */
  classify(message: { path: string; contentType: string; action: string | null; body: Buffer }): Command;
  refuse(why: { code: string; zh: string; en: string; link: string; status: number }): Refusal;
  /** A connection to the system whose certificate was judged before anything is sent; null where it is spoken to in the clear. Problem
   *  `vms-unreachable`. */
  connect(signal: AbortSignal): Promise<NodeJS.ReadWriteStream | null>;
  /** A reply with the system's own addresses replaced by the gate's. */
  rewrite(reply: Buffer, gate: string): Buffer;
}

export interface Adapter {
  kind: string;
  /** For the manifest: what the adapter can do. */
  capabilities: readonly string[];
  /** Which rights the gate's account needs on the video system. */
  rights: readonly string[];
  /** Vendors whose own playback addresses it knows; a configuration may name these and no others. */
  vendors?: readonly string[];
  connect(address: RecorderAddress): Vms;
  /** Asks on the network of one of this machine's own addresses who is there (WS-Discovery). Takes about three seconds. */
  discover?(localAddress: string, signal: AbortSignal): Promise<readonly Discovered[]>;
  /** What stands in front of this recorder, where its clients send messages. */
  front?(address: RecorderAddress): Front;
  /** The same where they use a web interface. `table`: its routes, judged. */
  webFront?(address: RecorderAddress, table: RouteTable): WebFront;
}
