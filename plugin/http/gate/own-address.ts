// Addresses in headers, carried over from one side of the gate to the other.

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
