// Where each service of the recorder is: its path at the configured address.
import { Problem } from '../../plugin/domain/problem.js';
import { ownHttpAddress } from './addresses.js';
import type { Device } from './device.js';
import { namespaces } from './namespaces.js';
import type { Reply } from './shape-reply.js';
import { asProblem, list, member, SoapFault, text, type CallOptions, type Service } from './soap.js';

export type Services = ReadonlyMap<Service, URL>;

const wanted = ['device', 'search', 'replay', 'recording'] as const satisfies readonly Service[];

/** An address that is none is as good as none: the service is missing then. */
function own(xaddr: string | null, device: URL): URL | null {
  try {
    return xaddr ? ownHttpAddress(xaddr, device) : null;
  } catch {
    return null;
  }
}

const known = (entries: (readonly [Service, URL | null])[]): Map<Service, URL> =>
  new Map(entries.filter((entry): entry is readonly [Service, URL] => entry[1] !== null));

/** GetServices: a list by namespace. */
function fromServices(reply: Reply, device: URL): Map<Service, URL> {
  const entries = list(member(reply, 'Service'));
  return known(
    wanted.map((service) => {
      const entry = entries.find((each) => text(each, 'Namespace') === namespaces[service]);
      return [service, own(text(entry, 'XAddr'), device)];
    }),
  );
}

/** GetCapabilities, the older question: services have places of their own in the answer (tt:Capabilities, tt:CapabilitiesExtension). */
function fromCapabilities(reply: Reply, device: URL): Map<Service, URL> {
  const at = (...path: string[]): URL | null => own(text(reply, 'Capabilities', ...path, 'XAddr'), device);
  return known([
    ['device', at('Device')],
    ['search', at('Extension', 'Search')],
    ['replay', at('Extension', 'Replay')],
    ['recording', at('Extension', 'Recording')],
  ]);
}

/**
 * GetServices, or GetCapabilities where that is missing, faulty or names no replay. Problems: `vms-unreachable`, `vms-refused`, `vms-fault`
 * (where neither is answered).
 */
export async function findServices(device: Device, options: CallOptions): Promise<Services> {
  const ask = async (operation: 'GetServices' | 'GetCapabilities', body: string) =>
    await device.soap.call(operation, device.url, body, options).catch((thrown: unknown) => {
      const problem = asProblem(thrown);
      if (thrown instanceof SoapFault || (problem instanceof Problem && problem.code === 'vms-fault')) return { problem };
      throw problem;
    });
  const isRefusal = (answer: unknown): answer is { problem: unknown } => member(answer, 'problem') !== undefined;
  const modern = await ask('GetServices', '<op:IncludeCapability>false</op:IncludeCapability>');
  const services = isRefusal(modern) ? null : fromServices(modern, device.url);
  if (services?.has('replay')) return services;
  const older = await ask('GetCapabilities', '<op:Category>All</op:Category>');
  if (isRefusal(older)) {
    if (services) return services;
    throw isRefusal(modern) ? modern.problem : older.problem;
  }
  return new Map([...fromCapabilities(older, device.url), ...(services ?? [])]);
}

/** Problem: `vms-fault` where the recorder has no replay service. */
export function replayService(services: Services): URL {
  const url = services.get('replay');
  if (!url) throw new Problem('vms-fault', 'The recorder has no replay service (ONVIF Profile G).');
  return url;
}
