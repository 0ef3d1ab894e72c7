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
  host: string;
  port: number;
  /** Without credentials, at the configured host. */
  url: string;
}

/** A replay URI, or a control URL → the configured host, with port, path and query kept to the byte. Problem: `vms-fault`. */
export function ownRtspAddress(uri: string, device: URL): RtspAddress {
  const parts = /^rtsp:\/\/(?:[^/?#@]*@)?(?:\[[0-9a-f:.]+\]|[^/?#@:[\]]+)(?::(\d{1,5}))?([/?][\x21-\x22\x24-\x7e]*)?$/i.exec(uri);
  const port = Number(parts?.[1] ?? 554);
  if (!parts || uri.length > 2048 || port < 1 || port > 65_535)
    throw new Problem('vms-fault', 'The recorder named a replay address that is no rtsp address.');
  const host = device.hostname;
  return { host: host.replace(/^\[|\]$/g, ''), port, url: `rtsp://${host}:${port}${parts[2] ?? '/'}` };
}
