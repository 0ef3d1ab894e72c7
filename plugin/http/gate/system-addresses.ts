// What stands for the video system's own addresses in its pages.
import type { WebFront } from '../../domain/web-front.js';
import type { Upstream as UpstreamAddresses } from './upstream-addresses.js';

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
