// The configured host → the one address that is called. Resolved once for each letter and judged; the connection goes to that very address, so
// a name that points elsewhere a moment later (DNS rebinding) changes nothing.
import { lookup } from 'node:dns/promises';
import { mayCall, parseAddress, type Network } from '../domain/network.js';
import { SendFailure } from './send-failure.js';

/** Every address of a name, in the order of preference. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const systemResolve: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** Faults: `host-unresolved`, `host-forbidden`, `timed-out`. */
export async function resolveHost(
  host: string,
  { networks, resolve, deadline }: { networks: readonly Network[] | null; resolve: Resolve; deadline: AbortSignal },
): Promise<string> {
  const given = parseAddress(host) ? [host] : await inTime(resolve(host), deadline);
  if (given.length === 0) throw new SendFailure('host-unresolved');
  // What cannot be read as an address is none that may be called.
  const allowed = given.find((text) => {
    const address = parseAddress(text);
    return address !== null && mayCall(address, networks);
  });
  if (allowed === undefined) throw new SendFailure('host-forbidden');
  return allowed;
}

/** The system's resolver cannot be stopped; nobody waits for it longer than the deadline. */
async function inTime(asked: Promise<readonly string[]>, deadline: AbortSignal): Promise<readonly string[]> {
  const timedOut = new SendFailure('timed-out');
  let onLate = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    onLate = () => reject(timedOut);
    if (deadline.aborted) onLate();
    deadline.addEventListener('abort', onLate, { once: true });
  });
  try {
    return await Promise.race([asked, late]);
  } catch (cause) {
    throw cause === timedOut ? timedOut : new SendFailure('host-unresolved');
  } finally {
    deadline.removeEventListener('abort', onLate);
  }
}
