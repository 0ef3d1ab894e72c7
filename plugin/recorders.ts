// The recorders of the configuration: which adapter speaks to each, and which of them records a camera.
import { adapters } from '../adapters/index.js';
import type { Config, RecorderConfig } from './config/config.js';
import type { RecorderAddress } from './domain/adapter.js';
import { Problem, type Fault } from './domain/problem.js';
import { Turns } from './export/turns.js';
import type { Policy } from './policy/load.js';

export const adapterOf = ({ adapter }: RecorderConfig) => adapters.find((it) => it.kind === adapter)!;
export const asAddress = ({ id, url, user, password, tls, maxGopSeconds, vendor }: RecorderConfig): RecorderAddress => ({
  id,
  url,
  user,
  password: password.reveal(),
  ...(tls && { tls }),
  maxGopSeconds,
  vendor,
});

export function makeRecorders(config: Config) {
  const connected = new Map(
    config.recorders.map((recorder) => [
      recorder.id,
      { vms: adapterOf(recorder).connect(asAddress(recorder)), turns: new Turns(recorder.pulls) },
    ]),
  );
  const recorded = new Map<string, { camera: string; recording: string | null }[]>(config.recorders.map(({ id }) => [id, []]));
  for (const { camera, recorder, source } of config.cameras)
    recorded.get(recorder)?.push({ camera, recording: 'recording' in source ? source.recording : null });
  const placeOf = (camera: string) => {
    const found = config.cameras.find((it) => it.camera === camera);
    if (!found) throw new Problem('camera-unknown', `The configuration names no recorder for ${camera}.`);
    return found;
  };
  return {
    isConnected: (camera: string): boolean => config.cameras.some((it) => it.camera === camera),
    camerasOf: (recorder: string) => recorded.get(recorder) ?? [],
    vmsOf: (camera: string) => ({ ...connected.get(placeOf(camera).recorder)!, source: placeOf(camera).source }),
  };
}

/** A camera that only the configuration knows could never be applied for: a slip of the pen, told before it is missed. */
export function judgeCameras({ cameras }: Config, policy: Policy): Fault[] {
  const known = new Set(policy.cameras.map(({ id }) => id));
  return cameras
    .filter(({ camera }) => !known.has(camera))
    .map(({ camera }) => ({
      code: 'camera-unknown',
      where: `cameras: ${camera}`,
      detail: 'cameras.csv has no such camera; right is one of its first column.',
    }));
}
