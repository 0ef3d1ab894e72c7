// ZoneMinder (1.36): footage by its events, its web interface by routes.
import type { Adapter, RecorderAddress } from '../../plugin/domain/adapter.js';
import type { Vms } from '../../plugin/domain/vms.js';
import type { WebFront } from '../../plugin/domain/web-front.js';
import { accounts } from './accounts.js';
import { makeDevice } from './device.js';
import { zoneminderDoors } from './doors.js';
import { examine } from './examine.js';
import { holdings } from './holdings.js';
import { zoneminderInstallation } from './install/install.js';
import { keep, kept } from './keep.js';
import { defaultLimits, type Limits } from './limits.js';
import { probe } from './probe.js';
import { pull } from './pull.js';
import { makeWebFront } from './web-front.js';

interface Given {
  limits?: Partial<Limits>;
  now?: () => Date;
}

const deviceOf = (address: RecorderAddress, { limits = {}, now = () => new Date() }: Given) => makeDevice(address, { ...defaultLimits, ...limits }, now);

/** `limits` and `now` may be handed in. Problem: `config-invalid` for an address or a login that cannot be sent. */
export function connect(address: RecorderAddress, given: Given = {}): Vms {
  const device = deviceOf(address, given);
  return {
    pull: (source, span, signal) => pull(device, source, span, signal),
    holdings: (source, span, signal) => holdings(device, source, span, signal),
    probe: (signal) => probe(device, signal),
    examine: (source, signal) => examine(device, source, signal),
    accounts: (administrator, signal) => accounts(device, administrator, signal),
    keep: (source, span, signal) => keep(device, source, span, signal),
    kept: (source, span, signal) => kept(device, source, span, signal),
  };
}

/** What the gate must know of it to stand in front of it. Problem as above. */
export const webFront = (address: RecorderAddress, given: Given = {}): WebFront => makeWebFront(deviceOf(address, given));

export const zoneminder: Adapter = {
  kind: 'zoneminder',
  capabilities: ['pull', 'probe', 'keep', 'route-web'],
  rights: ['stream-view', 'events-edit', 'monitors-view', 'api'],
  connect: (address) => connect(address),
  web: (address) => webFront(address),
  install: zoneminderInstallation,
  doors: zoneminderDoors,
};
