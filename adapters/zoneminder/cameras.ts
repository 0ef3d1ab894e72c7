// The cameras that the gate's account sees. A recording is named by its monitor's number.
import type { Source } from '../../plugin/domain/vms.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { CallOptions } from './api.js';
import type { Device } from './device.js';
import { readMonitors, type MonitorRow } from './schemas.js';

/** Problems: `vms-unreachable`, `vms-refused`, `vms-fault`. */
export const listMonitors = async ({ api }: Device, options: CallOptions): Promise<MonitorRow[]> =>
  (await api.data({ path: 'monitors' }, readMonitors, options)) ?? [];

/** The monitor of a source. Problem `footage-missing`: there can be none of such a name. */
export function monitorOf(source: Source): string {
  if ('recording' in source && /^[1-9]\d{0,9}$/.test(source.recording)) return source.recording;
  throw new Problem('footage-missing', 'ZoneMinder names a recording by the number of its monitor, like 1; there is none of this name.');
}
