// One recorder as the other files see it: its address, its SOAP, the limits, the clock of the gate.
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem } from '../../plugin/domain/problem.js';
import { readClock } from './clock.js';
import type { Limits } from './limits.js';
import { makeSoap, type Soap } from './soap.js';

export interface Device {
  /** Device service as configured. */
  url: URL;
  account: RecorderAddress;
  soap: Soap;
  limits: Limits;
  now: () => Date;
  /** Searches run one after the other: some recorders give every search the same token. */
  searching: Promise<unknown>;
}

/** Problem: `config-invalid` for an address or a login that could not be sent. */
export function makeDevice(address: RecorderAddress, limits: Limits, now: () => Date): Device {
  const url = URL.canParse(address.url) ? new URL(address.url) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash)
    throw new Problem('config-invalid', `The address of recorder ${address.id} must be http(s)://host[:port]/path without a login in it.`);
  if (/\p{Cc}/u.test(address.user + address.password))
    throw new Problem('config-invalid', `The login of recorder ${address.id} holds a control character.`);
  const soap = makeSoap(address, limits.soapMs, { now, remeasure: (options) => readClock(device, options) });
  const device: Device = { url, account: address, soap, limits, now, searching: Promise.resolve() };
  return device;
}
