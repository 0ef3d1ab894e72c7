// One kind of video system: how to reach it (Vms), and what an ordinary client may say to it through the gate (routes).
import type { Vms } from './vms.js';

/** Where a recorder is and how the gate signs in. Only these addresses are ever called. */
export interface RecorderAddress {
  id: string;
  /** Device service, `http://host:port/onvif/device_service` or https. */
  url: string;
  user: string;
  password: string;
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
  /** A reply with the system's own addresses replaced by the gate's. */
  rewrite(reply: Buffer, gate: string): Buffer;
}

export interface Adapter {
  kind: string;
  /** For the manifest: what the adapter can do. */
  capabilities: readonly string[];
  /** Which rights the gate's account needs on the video system. */
  rights: readonly string[];
  connect(address: RecorderAddress): Vms;
  /** What stands in front of this recorder. */
  front(address: RecorderAddress): Front;
}
