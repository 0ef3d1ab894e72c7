// What the gate knows of one kind of video system's web interface: a list of routes, first match wins, whatever is not listed does not pass.
// The tables are data (adapters/<kind>/routes.json, adapters/route-tables/*.json); this is their shape once judged.

/**
 * What an answer on a route is: a file of recorded footage (`export`), recorded footage in pieces (`playback`), one recorded picture
 * (`still`), a picture that is provably not the past (`live`), no picture (`safe`), a sign-in (`auth`), configuration, deletion and secrets
 * (`admin`), the system itself sending footage out (`egress`), known and not wanted (`deny`).
 */
export const webClasses = ['export', 'playback', 'still', 'live', 'safe', 'auth', 'admin', 'egress', 'deny'] as const;
export type WebClass = (typeof webClasses)[number];
/** Classes on which recorded footage leaves: what is answered there is the gate's own. */
export const footageClasses: readonly WebClass[] = ['export', 'playback', 'still'];

/** One condition on a request. All of its tests hold, for each value where there are several. */
export interface Condition {
  /** Of the query; of query and body; a named group of the path; a pointer into a JSON body (RFC 6901, letters in any case); what the stream
   *  program reads in the query. */
  src: 'query' | 'param' | 'path' | 'json' | 'zms';
  /** `x[]` is the list of that name. Of the stream program, `_source` is what it plays: `event`, `monitor`, `fifo`, or empty. */
  name: string;
  eq?: string;
  in?: readonly string[];
  /** Of the whole value. */
  re?: RegExp;
  present?: true;
  absent?: true;
  /** The value is in a list that the gate fetched itself. */
  known?: 'camera' | 'stream' | 'camera_or_birdseye';
}

export interface Route {
  id: string;
  class: WebClass;
  /** A file of the system's own web folder, which browsers may keep. */
  isAsset: boolean;
  /** `*`: whatever the method. */
  methods: readonly string[] | '*';
  /** On the canonical path behind the base path. */
  path: RegExp;
  /** May be upgraded to WebSocket. */
  ws: boolean;
  /** What its messages may say follows rules that the system's adapter must bring (`WebFront.inspect`). */
  messageRules: boolean;
  when: readonly Condition[];
  /** The exact set of names in query, form and the outermost object of a JSON body: any other one is no match, but those that never go on
   *  (`strip`). Null: any. */
  allowParams: readonly string[] | null;
  /** A matching name, in any case, is no match. */
  denyParams: RegExp | null;
  /** What leaves the system there, for people. */
  leaves: string;
  /** Content types that a live answer may have, `type/subtype`; empty: the guard's usual ones. */
  expects: readonly string[];
  /** `METHOD target  body`; `WS` is GET with an upgrade. */
  examples: readonly string[];
  /** Facts that the table gives to whoever looks the footage up; read by adapters. */
  extract: unknown;
  replace: string | null;
  note: string | null;
}

/** How the system reads names and values (docs/design, interception §2.4). */
export type ParamModel = 'php' | 'plain';

export interface RouteTable {
  vms: string;
  /** Of the system that the table was read from. */
  version: string;
  basePath: string;
  mergeSlashes: boolean;
  params: ParamModel;
  /** Names that decide what is done: repeated, renamed or differing between query and body they are refused. `x[]`: may be a list. */
  dispatchKeys: readonly string[];
  /** Names whose value says which page or action is meant, and what such a value must look like. */
  valueKeys: readonly string[];
  dispatchValue: RegExp | null;
  /** Names whose value, or each of whose values, is a number of the system's, and how it is written. */
  idKeys: readonly string[];
  idValue: RegExp | null;
  bodyTypes: readonly string[];
  /** Names, in query, body and header, that never go on from a client. */
  strip: readonly string[];
  /** Other doors of the system that HTTP cannot close, for people. */
  alsoListening: readonly string[];
  routes: readonly Route[];
}

/** What the gate fetched itself, for conditions of kind `known`. */
export interface KnownNames {
  cameras: ReadonlySet<string>;
  streams: ReadonlySet<string>;
  birdseye: boolean;
}
