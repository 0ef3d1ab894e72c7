// Is the recorder there, does it take our account, how does its clock stand?
import type { Vms } from '../../plugin/domain/vms.js';
import { readClock } from './clock.js';
import type { Device } from './device.js';
import { findServices, replayService } from './service-addresses.js';
import { asProblem, text } from './soap.js';
import { makeTranscript } from './transcript.js';

/** Problems: `vms-unreachable`, `vms-refused`, `vms-fault` (also where it has no replay service). */
export async function probe(device: Device, signal: AbortSignal): ReturnType<Vms['probe']> {
  const options = { signal, transcript: makeTranscript() };
  const clock = await readClock(device, options);
  const services = await findServices(device, options);
  replayService(services);
  const reply = await device.soap
    .call('GetDeviceInformation', services.get('device') ?? device.url, '', options)
    .catch((thrown: unknown) => {
      throw asProblem(thrown);
    });
  return {
    manufacturer: text(reply, 'Manufacturer') ?? '',
    model: text(reply, 'Model') ?? '',
    firmware: text(reply, 'FirmwareVersion') ?? '',
    clock,
  };
}
