// What goes out of the video system's headers: those named here and no other. Addresses become the gate's own; what an outer server would obey
// (`X-Accel-Redirect`, `X-Sendfile`), what browsers would keep or be told of other doors (`Alt-Svc`, `Clear-Site-Data`), is not named.
import type { OutgoingHttpHeaders } from 'node:http';
import { carriedOver } from './own-address.js';
import { namedInConnection, pairsOf } from './raw-headers.js';
import type { RawHeaders } from './raw-headers.js';

export interface Outward {
  upstream: URL;
  gate: URL;
  isAsset: boolean;
  /** The guard may change the body: its length and its digests are the upstream's then, not the answer's. */
  mayChange: boolean;
}

const always = [
  'content-type',
  'content-language',
  'content-disposition',
  'retry-after',
  'date',
  'vary',
  'allow',
  'x-frame-options',
  'x-content-type-options',
  'referrer-policy',
];
const ofAssets = ['cache-control', 'expires', 'last-modified', 'etag', 'accept-ranges'];
/** Of the bytes as the upstream sent them. */
const ofBytes = ['digest', 'content-digest', 'repr-digest', 'content-md5'];
const printable = /^[\t -~\x80-\xff]{0,8192}$/;

/** Headers of the answer to the client, lower-case. `Set-Cookie` is the caller's, and the status line. */
export function responseHeaders(raw: RawHeaders, outward: Outward): OutgoingHttpHeaders {
  const hop = namedInConnection(raw);
  const pairs = pairsOf(raw).filter(([name, value]) => !hop.has(name) && printable.test(value));
  const headers: OutgoingHttpHeaders = {};
  const put = (name: string, value: string | null): void => void (value !== null && (headers[name] ??= value));
  const { upstream, gate, isAsset } = outward;
  // A system that was told its address outside names the gate itself.
  const over: Over = (address) => carriedOver(address, upstream, gate) ?? carriedOver(address, gate, gate);

  for (const [name, value] of pairs) {
    if (always.includes(name)) put(name, value);
    if (isAsset && (ofAssets.includes(name) || name === 'content-range')) put(name, value);
    if (isAsset && !outward.mayChange && ofBytes.includes(name)) put(name, value);
    if (name === 'content-length' && !outward.mayChange) put(name, value);
    if (name === 'location' || name === 'content-location') put(name, over(value.trim()));
    if (name === 'refresh') put(name, refreshOver(value, over));
  }
  const links = pairs.filter(([name]) => name === 'link').flatMap(([, value]) => linksOver(value, over));
  if (links.length > 0) headers['link'] = links.join(', ');
  const policies = pairs.filter(([name]) => name === 'content-security-policy').map(([, value]) => withoutReports(value));
  // A worker would stand between the page and the gate, and stay when the gate is gone.
  if (isHtml(headers['content-type'])) policies.push("worker-src 'none'");
  if (policies.length > 0) headers['content-security-policy'] = policies.join(', ');
  if (!isAsset) headers['cache-control'] = 'no-store';
  return headers;
}

type Over = (address: string) => string | null;

/** What browsers run scripts of, and what they make up their own mind about. */
const isHtml = (type: OutgoingHttpHeaders[string]): boolean =>
  typeof type !== 'string' ||
  /^\s*(?:text\/html|application\/xhtml\+xml|text\/xml|application\/xml|image\/svg\+xml|text\/xsl)\b/i.test(type);

/** `5; url=…`. Without an address it loads the page itself again. */
function refreshOver(value: string, carry: Over): string | null {
  const [, seconds, quoted, plain] = /^\s*(\d{1,6})\s*(?:[;,]\s*url\s*=\s*(?:["']([^"']*)["']|([^"'\s]*))\s*)?$/i.exec(value) ?? [];
  if (seconds === undefined) return null;
  const address = quoted ?? plain;
  if (address === undefined) return seconds;
  const over = carry(address);
  return over === null ? null : `${seconds}; url=${over}`;
}

/** RFC 8288: `<address>; parameters`, with commas between. An address holds no `>`. */
function linksOver(value: string, carry: Over): string[] {
  const kept: string[] = [];
  for (const [, address = '', parameters = ''] of value.matchAll(
    /<([^>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"[^"\\]*"|[^\s",;<>]+))?)*)/g,
  )) {
    const over = carry(address.trim());
    // An anchor is an address, too.
    if (over !== null && !/;\s*anchor\b/i.test(parameters)) kept.push(`<${over}>${parameters}`);
  }
  return kept;
}

/** Where a browser would tell of what it blocked is nobody's business outside. */
const withoutReports = (policy: string): string =>
  policy
    .split(';')
    .filter((directive) => !/^\s*report-(?:uri|to)\b/i.test(directive))
    .join(';');
