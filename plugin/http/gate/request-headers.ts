// What goes on to the video system of a client's headers: those named here and no other. Whatever could name another method, address, sender or
// user, or ask for the middle of a file, is not named.
import type { OutgoingHttpHeaders } from 'node:http';
import { carriedOver } from './own-address.js';
import { namedInConnection, pairsOf } from './raw-headers.js';
import type { RawHeaders } from './raw-headers.js';

export interface Onward {
  /** Of the video system, and of the gate as the client sees it. */
  upstream: URL;
  gate: URL;
  /** The route gives a file of the system's own web folder. */
  isAsset: boolean;
  /** The system's cookies of this session, as a `Cookie` header; null: none. The client's own never go on. */
  cookie: string | null;
  /** Of the body that the gate wrote anew; null: none. */
  body: { contentType: string; bytes: number } | null;
  /** The route may be upgraded to WebSocket, and is asked to be. */
  upgrade: boolean;
}

/** Characters of a value. */
const LONGEST = 1024;
const printable = new RegExp(`^[\\t -~\\x80-\\xff]{1,${LONGEST}}$`);

/** As they came, once. */
const asTheyCome = ['accept', 'accept-language', 'user-agent', 'x-requested-with'];
/** The answer is then a file that browsers keep. */
const ofAssets = ['if-none-match', 'if-modified-since'];

/** Headers of the request to the video system, lower-case. */
export function requestHeaders(raw: RawHeaders, onward: Onward): OutgoingHttpHeaders {
  const hop = namedInConnection(raw);
  const pairs = pairsOf(raw);
  const once = (name: string): string | null => {
    const values = pairs.filter(([one]) => one === name);
    // Of two that differ nobody knows which one the system would take.
    const [first] = values;
    if (!first || hop.has(name) || new Set(values.map(([, value]) => value)).size > 1) return null;
    return printable.test(first[1]) ? first[1] : null;
  };

  const headers: OutgoingHttpHeaders = { host: onward.upstream.host, 'accept-encoding': 'identity' };
  const put = (name: string, value: string | null): void => void (value !== null && (headers[name] = value));
  for (const name of asTheyCome) put(name, once(name));
  put('origin', originFor(once('origin'), onward));
  const referer = once('referer');
  put('referer', referer && refererFor(referer, onward));
  put('cookie', onward.cookie);
  if (onward.body) {
    headers['content-type'] = onward.body.contentType;
    headers['content-length'] = onward.body.bytes;
  }
  if (onward.isAsset) {
    for (const name of ofAssets) put(name, once(name));
    const range = once('range');
    // From the first byte only: the guard sees by it what the file is.
    if (range && /^bytes=0-\d{0,15}$/.test(range)) {
      headers['range'] = range;
      put('if-range', once('if-range'));
    }
  }
  if (onward.upgrade) Object.assign(headers, upgradeHeaders(once));
  return headers;
}

/** A page of the gate is a page of the system's own; any other one is a stranger, and the system must see that. */
function originFor(origin: string | null, { upstream, gate }: Onward): string | null {
  if (origin === null) return null;
  return origin.toLowerCase() === gate.origin ? upstream.origin : 'null';
}

function refererFor(referer: string, { upstream, gate }: Onward): string | null {
  return /^https?:/i.test(referer) ? carriedOver(referer, gate, upstream) : null;
}

/** Without `Sec-WebSocket-Extensions`: what is compressed the guard cannot read. */
function upgradeHeaders(once: (name: string) => string | null): OutgoingHttpHeaders {
  const key = once('sec-websocket-key');
  const protocol = once('sec-websocket-protocol');
  return {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    ...(key && /^[A-Za-z0-9+/]{22}==$/.test(key) && { 'sec-websocket-key': key }),
    ...(protocol &&
      /^[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:\s*,\s*[A-Za-z0-9!#$%&'*+.^_`|~-]+)*$/.test(protocol) && { 'sec-websocket-protocol': protocol }),
  };
}
