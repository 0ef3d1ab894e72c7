// ONVIF recorders (Profile G): footage by search and replay, an ordinary client's SOAP by routes.
import type { Adapter, RecorderAddress } from '../../plugin/domain/adapter.js';
import type { Vms } from '../../plugin/domain/vms.js';
import { accounts } from './accounts.js';
import { makeDevice } from './device.js';
import { discover } from './discover.js';
import { onvifDoors } from './doors.js';
import { examine } from './examine.js';
import { makeFront } from './front.js';
import { holdings } from './holdings.js';
import { defaultLimits, type Limits } from './limits.js';
import { probe } from './probe.js';
import { pull } from './pull.js';
import { vendorNames } from './vendors.js';

/** `limits` and `now` may be handed in. Problem: `config-invalid` for an address or a login that cannot be sent. */
export function connect(
  address: RecorderAddress,
  { limits = {}, now = () => new Date() }: { limits?: Partial<Limits>; now?: () => Date } = {},
): Vms {
  const device = makeDevice(address, { ...defaultLimits, ...limits }, now);
  return {
    pull: (source, span, signal) => pull(device, source, span, signal),
    holdings: (source, span, signal) => holdings(device, source, span, signal),
    probe: (signal) => probe(device, signal),
    examine: (source, signal) => examine(device, source, signal),
    accounts: (administrator, signal) => accounts(device, administrator, signal),
  };
}

export const onvif: Adapter = {
  kind: 'onvif',
  capabilities: ['pull', 'probe', 'route-soap'],
  rights: ['search', 'replay'],
  vendors: vendorNames,
  connect: (address) => connect(address),
  discover: (localAddress, signal) => discover(localAddress, signal),
  front: makeFront,
  doors: onvifDoors,
};
