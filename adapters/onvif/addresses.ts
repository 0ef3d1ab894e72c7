// Which addresses are called: only the configured host. Recorders behind NAT name their inner address; path and query are kept, the rest
// is ours.
import { Problem } from '../../plugin/domain/problem.js';

/** An XAddr of a service → the same path and query at the configured scheme, host and port. Problem: `vms-fault`. */
export function ownHttpAddress(xaddr: string, device: URL): URL {
  const parts = /^https?:\/\/[^/?#\s]+(\/[^?#\s]*)?(\?[^#\s]*)?$/i.exec(xaddr);
  if (!parts || xaddr.length > 2048) throw new Problem('vms-fault', 'The recorder named a service address that is no http address.');
  // Joined as text: resolved against a base, a path of `//elsewhere/…` would name another host.
  return new URL(`${device.origin}${parts[1] ?? '/'}${parts[2] ?? ''}`);
}

export interface RtspAddress {
  /** Without credentials, at the configured host. */
  url: string;
  host: string;
  port: number;
  /** RTSP over TLS (rtsps). */
  secure: boolean;
}

/** Ports where the address names none: RFC 2326, section 3.2, and the registered port of rtsps (RFC 7826, section 4.2). */
const usualPorts = { rtsp: 554, rtsps: 322 } as const;

/** `device.hostname` bears brackets around an IPv6 address; a socket wants it without. */
export const hostOf = (device: URL): string => device.hostname.replace(/^\[|\]$/g, '');

/** A replay URI, or a control URL → the configured host, with scheme, port, path and query kept to the byte. Problem: `vms-fault`. */
export function ownRtspAddress(uri: string, device: URL): RtspAddress {
  const parts = /^(rtsps?):\/\/(?:[^/?#@]*@)?(?:\[[0-9a-f:.]+\]|[^/?#@:[\]]+)(?::(\d{1,5}))?([/?][\x21-\x22\x24-\x7e]*)?$/i.exec(uri);
  const scheme = parts?.[1]?.toLowerCase() === 'rtsps' ? 'rtsps' : 'rtsp';
  const port = Number(parts?.[2] ?? usualPorts[scheme]);
  if (!parts || uri.length > 2048 || port < 1 || port > 65_535)
    throw new Problem('vms-fault', 'The recorder named a replay address that is no rtsp address.');
  return { url: `${scheme}://${device.hostname}:${port}${parts[3] ?? '/'}`, host: hostOf(device), port, secure: scheme === 'rtsps' };
}
