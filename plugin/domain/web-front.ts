// The gate's place in front of a video system with a web interface of its own: what it must know of the system to judge a request, look the
// facts up with its own account, and answer in the system's own shapes.
import type { Asked } from './asked.js';
import type { Route } from './route-table.js';
import type { Instant } from './span.js';
import type { Source } from './vms.js';

/** What a client's session is on the video system. Stays in the gate. */
export interface VmsLogin {
  /** Cookies that the system set for this session, by name. */
  cookies: Readonly<Record<string, string>>;
  /** A token that it gave out, where the client signed in by the interface for programs. */
  token: string | null;
}

/** In which shape an answer is wanted. `still`: one picture; `mjpeg`: pictures as multipart; `clip`: MP4; `archive`: files together. */
export type AnswerForm =
  | { kind: 'clip' }
  | { kind: 'mjpeg'; boundary: string; ratePercent: number; scalePercent: number; from: Instant }
  | { kind: 'still'; at: Instant; width: number | null; height: number | null }
  | { kind: 'archive' };

/** Recorded footage that a request asks for, as the system itself says it is. */
export interface Footage {
  /** The system's own name for it: an event's number; `*`: everything that it holds of the camera. */
  event: string;
  source: Source;
  /** By the system's clock; `to` of an event that is being recorded is what is written so far. True time is this less `offsetMs`. */
  from: Instant;
  to: Instant;
  finished: boolean;
  /** Of the system's clock against ours, milliseconds; 0 where it is no more than the error of measuring it. */
  offsetMs: number;
}

/** One request for footage. Several pieces are judged one by one and answered together or not at all. */
export interface Wanted {
  footage: readonly Footage[];
  form: AnswerForm;
}

/** `drop`: this message does not arrive; `deny`: the connection ends and it is rung. `toClient`: it comes from the system. */
export type InspectMessage = (text: string, toClient: boolean) => 'pass' | 'drop' | 'deny' | Promise<'pass' | 'drop' | 'deny'>;

export interface WebFront {
  /** The route table as data (adapters/<kind>/routes.json), not judged yet: an adapter speaks no schema. */
  table: unknown;
  /** Origin and base path of the system. */
  upstream: URL;
  /** For connections to it (http.Agent or https.Agent): whose certificate it is, is judged there. */
  agent: object;
  /** The cookie that is a session on the system. */
  sessionCookie: string;
  /** Cookies of its pages that may live in the browser: they name a skin, and no session. */
  isPageCookie(name: string): boolean;
  /** The name that this session has on the system; null: nobody is signed in. Problems `vms-unreachable`, `vms-fault`. */
  whoami(login: VmsLogin, signal: AbortSignal): Promise<string | null>;
  /** What a request of a footage class asks for, looked up with the gate's own account. Problems `footage-missing` (there is no such event),
   *  `route-blocked` (it names what cannot be looked up), `vms-unreachable`, `vms-refused`, `vms-fault`. */
  wanted(asked: Asked, route: Route, signal: AbortSignal): Promise<Wanted>;
  /** A page about recorded footage: whoever opens it is asked for a reason before. Null: it is about none. */
  pageAbout(asked: Asked, route: Route, signal: AbortSignal): Promise<Footage | null>;
  /** The system's own name of the camera that a live answer shows; null where the request shows no picture. Problem `route-blocked`. */
  liveOf(asked: Asked, route: Route): string | null;
  /** The client's own key of a stream or an archive, where the request has one. */
  keyOf(asked: Asked): string | null;
  /** The system's own answer to an order for an archive that the gate will give out under `key`. */
  archiveOrdered(asked: Asked, key: string): { contentType: string; body: string };
  /** The system's own answer to a command for a stream of recorded pictures. */
  streamCommanded(asked: Asked, stream: { event: string; from: Instant; to: Instant; sinceMs: number; ratePercent: number }): { contentType: string; body: string };
  /** What a request would delete; null: nothing. */
  deletes(asked: Asked, route: Route, signal: AbortSignal): Promise<readonly Footage[] | null>;
  /** What a request would give free to be deleted by the system itself, as `Vms.keep` keeps it; null: nothing. Absent where a system knows no
   *  such thing. */
  unkeeps?(asked: Asked, route: Route, signal: AbortSignal): Promise<readonly Footage[] | null>;
  /** Cameras and streams by the system's own names. */
  known(signal: AbortSignal): Promise<{ cameras: ReadonlySet<string>; streams: ReadonlySet<string>; birdseye: boolean }>;
  /** Who judges the messages of a WebSocket on this route; null: nobody needs to. Absent: the system has no WebSocket with rules. */
  inspect?(route: Route): InspectMessage | null;
  /** What stands in a text in the place of what a client may not hold. `redact` sees to it that a form's field with it is not sent back. */
  hidden: string;
  /** A text answer without what its clients may not hold: credentials, other people's secrets. `swap` gives what stands in a credential's
   *  place. */
  redact(text: string, contentType: string, asked: Asked, swap: (credential: string) => string): string;
}
