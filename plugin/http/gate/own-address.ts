// Addresses of the video system, carried over from one side of the gate to the other: in headers, and in its pages.
import type { WebFront } from '../../domain/web-front.js';
import type { Upstream as UpstreamAddresses } from './upstream-addresses.js';

/**
 * An address of `from`'s host made one of `to`'s origin; a relative one stays as it is. Null: it leads elsewhere, or it can be read in more
 * than one way.
 */
export function carriedOver(address: string, from: URL, to: URL): string | null {
  // What browsers read as a slash or skip (`/\host`, `/<tab>/host`) could lead elsewhere than where it seems to.
  if (!/^[!-~]{0,4096}$/.test(address) || address.includes('\\')) return null;
  const absolute = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(address);
  if (absolute && !/^(?:https?:)?\/\/[^/]/i.test(address)) return null;
  let target: URL;
  try {
    target = new URL(address, from);
  } catch {
    return null;
  }
  // Schemes aside: the video system may think that it is asked without TLS, or with.
  if (target.host !== from.host) return null;
  return absolute ? `${to.origin}${target.pathname}${target.search}${target.hash}` : address;
}

/**
 * The system's own addresses in its pages become the gate's. What else runs on its machine, a camera's relay say, the gate does not stand
 * before: such an address is hidden, for an administrator who saves a form would save the gate's own in its place.
 */
export function addressesOf(web: Pick<WebFront, 'upstream' | 'hidden'>, own: URL): UpstreamAddresses {
  return {
    hosts: [web.upstream.hostname],
    replace(address) {
      const [, scheme = '', host = ''] = /^([a-z0-9+.-]+:)?\/\/(.*)$/i.exec(address) ?? [];
      if (!isWebOf(web.upstream, scheme, host)) return `${scheme}//${web.hidden}`;
      return scheme === '' ? `//${own.host}` : own.origin;
    },
  };
}

/** Without a scheme a page means its own; without a port, that of the scheme. */
function isWebOf(upstream: URL, scheme: string, host: string): boolean {
  const as = scheme === '' ? upstream.protocol : scheme.replace(/^ws/i, 'http').toLowerCase();
  return as === upstream.protocol && URL.canParse(`${as}//${host}`) && new URL(`${as}//${host}`).port === upstream.port;
}
