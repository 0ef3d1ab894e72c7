// In a recorder's reply, addresses of its own http services become the gate's: a client that follows them stays in front of the gate.
import { Problem } from '../../plugin/domain/problem.js';
import { soapBytes } from './limits.js';
import { elementsIn, readXml, textOf, type Element } from './read-xml.js';
import { writeXml } from './write-xml.js';

/** XAddr (GetServices, GetCapabilities), Uri (GetSnapshotUri), Address (event subscriptions). */
const carriers = new Set(['XAddr', 'Uri', 'Address']);
const limits = { bytes: soapBytes, depth: 64, elements: 100_000 };

/** WS-Addressing names no place by it (Web Services Addressing 1.0, section 2.1). */
const names = 'www.w3.org';

function moved(address: string, gate: URL): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  // Whatever host it bears: a recorder behind NAT, or with two networks, tells an inner address of its own.
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === names) return address;
  return `${gate.origin}${gate.pathname.replace(/\/$/, '')}${url.pathname}${url.search}`;
}

function rewriteIn(element: Element, gate: URL): void {
  const text = carriers.has(element.local) ? textOf(element) : null;
  // XAddrs may be several, with blanks between.
  if (text)
    element.children = [
      text
        .split(/\s+/)
        .map((address) => moved(address, gate))
        .join(' '),
    ];
  for (const child of elementsIn(element)) rewriteIn(child, gate);
}

/**
 * `to`: base address of the gate, whose path comes before the recorder's.
 * Problem: `vms-fault` where the reply cannot be read. An empty reply stays empty.
 */
export function rewriteAddresses(xml: Buffer, to: string): Buffer {
  if (xml.length === 0) return xml;
  try {
    const root = readXml(xml, limits);
    rewriteIn(root, new URL(to));
    return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${writeXml(root)}`);
  } catch (cause) {
    throw new Problem('vms-fault', 'The recorder’s reply cannot be read.', { cause });
  }
}
