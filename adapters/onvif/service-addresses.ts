// Where each service of the recorder is: its path at the configured address.
import { Problem } from '../../plugin/domain/problem.js';
import { ownHttpAddress } from './addresses.js';
import type { Device } from './device.js';
import { namespaces } from './namespaces.js';
import { asProblem, list, member, text, type CallOptions, type Service } from './soap.js';

export type Services = ReadonlyMap<Service, URL>;

/** Problems: `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function findServices(device: Device, options: CallOptions): Promise<Services> {
  const reply = await device.soap
    .call('GetServices', device.url, '<op:IncludeCapability>false</op:IncludeCapability>', options)
    .catch((thrown: unknown) => {
      throw asProblem(thrown);
    });
  const found = new Map<Service, URL>();
  for (const entry of list(member(reply, 'Service'))) {
    const [namespace, xaddr] = [text(entry, 'Namespace'), text(entry, 'XAddr')];
    const service = (['device', 'search', 'replay'] as const).find((each) => namespaces[each] === namespace);
    if (service && xaddr) found.set(service, ownHttpAddress(xaddr, device.url));
  }
  return found;
}

/** Problem: `vms-fault` where the recorder has no replay service. */
export function replayService(services: Services): URL {
  const url = services.get('replay');
  if (!url) throw new Problem('vms-fault', 'The recorder has no replay service (ONVIF Profile G).');
  return url;
}
