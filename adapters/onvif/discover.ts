// Who is there on one network (WS-Discovery, SOAP over UDP): node-onvif sends the probes and holds the socket, on the interface of our choice;
// the answers are read here, because it overlooks those that hold several matches. Answers are told to a person and never called.
import type { Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import type { Discovered } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { readXml } from './read-xml.js';
import { shapeReply } from './shape-reply.js';
import { label, list, loadDiscovery, member, text } from './soap.js';

/** What anybody on the network may send us: answers in all, bytes of one, recorders, addresses of one. */
const most = { answers: 1000, bytes: 65_507, found: 500, addresses: 8 };

/** Its parts that are used or replaced here. */
interface Library {
  startProbe(): Promise<unknown>;
  stopProbe(): Promise<void>;
  _udp: Socket | null;
  _devices: object;
  _OnvifSoap: { parse(xml: string): Promise<unknown> };
  _MULTICAST_ADDRESS: string;
  _PORT: number;
  _DISCOVERY_WAIT: number;
}

export interface DiscoveryTarget {
  /** Where probes go. The group and port of WS-Discovery (section 2.4) unless told. */
  group: string;
  port: number;
  /** How long answers are waited for, probes included, milliseconds. */
  waitMs: number;
}
const usual: DiscoveryTarget = { group: '239.255.255.250', port: 3702, waitMs: 3000 };

const isAddress = (word: string): boolean => /^https?:\/\/[\x21-\x7e]{1,250}$/i.test(word) && URL.canParse(word);

/** `onvif://www.onvif.org/name/Yard%20North` (ONVIF Core, "scope parameters") → `Yard North`. */
function scope(scopes: readonly string[], category: string): string | null {
  const prefix = `onvif://www.onvif.org/${category}/`;
  const found = scopes.find((each) => each.toLowerCase().startsWith(prefix))?.slice(prefix.length);
  if (!found) return null;
  try {
    return label(decodeURIComponent(found).replaceAll('_', ' ')) || null;
  } catch {
    return label(found) || null;
  }
}

/** All matches of one answer, by their endpoint. Empty for what is no answer. */
export function readMatches(datagram: Buffer): [endpoint: string, found: Discovered][] {
  const root = shapeReply(readXml(datagram, { bytes: most.bytes, depth: 32, elements: 2000 }));
  return list(member(root, 'Body', 'ProbeMatches', 'ProbeMatch')).flatMap((match) => {
    const words = (name: string): string[] => (text(match, name) ?? '').split(/\s+/).filter(Boolean);
    const addresses = [...new Set(words('XAddrs').filter(isAddress))].slice(0, most.addresses);
    if (addresses.length === 0) return [];
    const scopes = words('Scopes');
    const found = { addresses, name: scope(scopes, 'name'), hardware: scope(scopes, 'hardware') };
    return [[text(match, 'EndpointReference', 'Address') ?? addresses.join(' '), found]];
  });
}

/** What the library holds once its socket is closed: it may send once more from a timer of its own. */
const closed = { send: () => undefined, close: (done?: () => void) => done?.(), unref: () => undefined } as unknown as Socket;

/**
 * Asks on the network of `localAddress`, one of this machine's own. Takes about three seconds. Problem: `config-invalid` (no such address);
 * an abort throws the signal's reason.
 */
export async function discover(
  localAddress: string,
  signal: AbortSignal,
  { group, port, waitMs }: DiscoveryTarget = usual,
): Promise<readonly Discovered[]> {
  signal.throwIfAborted();
  const wrong = (cause?: unknown): Problem =>
    new Problem('config-invalid', 'Discovery needs an IPv4 address of one of this machine’s own interfaces.', { cause });
  if (!isIPv4(localAddress)) throw wrong();
  const found = new Map<string, Discovered>();
  let answers = 0;
  const take = (datagram: Buffer): void => {
    if (++answers > most.answers) return;
    try {
      for (const [endpoint, match] of readMatches(datagram))
        if (found.size < most.found && !found.has(endpoint)) found.set(endpoint, match);
    } catch {
      // Anybody may send anything to a port that listens.
    }
  };

  return await new Promise<readonly Discovered[]>((resolve, reject) => {
    let socket: Socket | null = null;
    /** The library binds to every interface and sends on the default one: its socket is led to ours before it is bound. */
    const lead = (fresh: Socket): void => {
      socket = fresh;
      const bind = fresh.bind.bind(fresh) as (options: { address: string; port: number; exclusive: boolean }, done: () => void) => Socket;
      fresh.bind = ((done: () => void) =>
        bind({ address: localAddress, port: 0, exclusive: true }, () => {
          try {
            fresh.setMulticastInterface(localAddress);
            done();
            // The library takes its own listener away; without one an error would end the process.
            fresh.on('error', finish);
          } catch (cause) {
            finish(wrong(cause));
          }
        })) as Socket['bind'];
      fresh.on('message', take);
    };
    // An object of its own: the library's is a singleton, and two discoveries on it would disturb each other.
    const library = Object.create(loadDiscovery(), {
      _udp: { get: () => socket ?? closed, set: (fresh: Socket | null) => void (fresh && lead(fresh)) },
      _OnvifSoap: { value: { parse: () => Promise.resolve({}) } },
      _devices: { value: {}, writable: true },
      _discovery_interval_timer: { value: null, writable: true },
      _discovery_wait_timer: { value: null, writable: true },
      _uuid: { value: '', writable: true },
      _MULTICAST_ADDRESS: { value: group },
      _PORT: { value: port },
      _DISCOVERY_WAIT: { value: waitMs },
    }) as Library;
    const finish = (error?: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      const open = socket;
      socket = null;
      open?.removeAllListeners('message').on('error', () => undefined);
      try {
        open?.close();
      } catch {
        // Closed already, or never bound.
      }
      library.stopProbe().catch(() => undefined);
      if (error === undefined) resolve([...found.values()].sort((a, b) => (a.addresses.join() < b.addresses.join() ? -1 : 1)));
      else reject(error instanceof Error ? error : new Error('aborted', { cause: error }));
    };
    const onAbort = (): void => finish(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    library.startProbe().then(
      () => finish(),
      (cause: unknown) => finish(wrong(cause)),
    );
  });
}
