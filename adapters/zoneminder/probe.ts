// Is ZoneMinder there, does it take our account, how does its clock stand?
import { Problem } from '../../plugin/domain/problem.js';
import type { Vms } from '../../plugin/domain/vms.js';
import { readClock } from './clock.js';
import type { Device } from './device.js';
import { readVersion } from './schemas.js';
import { makeTranscript } from './transcript.js';

/** Problems: `vms-unreachable`, `vms-refused`, `vms-fault`. */
export async function probe(device: Device, signal: AbortSignal): ReturnType<Vms['probe']> {
  const options = { signal, transcript: makeTranscript() };
  const { reading } = await readClock(device, options);
  const told = await device.api.data({ path: 'host/getVersion' }, readVersion, options);
  if (!told) throw new Problem('vms-fault', 'The video system does not tell its version.');
  return { manufacturer: 'ZoneMinder', model: 'ZoneMinder', firmware: told.version, clock: reading };
}
