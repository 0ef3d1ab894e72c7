// What the configuration names, held against what is there: the adapter of a recorder, the cameras of the policy; and the recorders for
// `probe`, `coverage` and `discover`. Apart from assemble.ts, so that a verb that only looks does not wait until the whole gate is loaded.
import { adapters } from '../adapters/index.js';
import type { Recorders } from './cli/recorders.js';
import type { Config, RecorderConfig } from './config/config.js';
import type { RecorderAddress } from './domain/adapter.js';
import { Problem, type Fault } from './domain/problem.js';
import type { Vms } from './domain/vms.js';
import type { Policy } from './policy/load.js';

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

/** `load`: the configuration of a file. */
export function makeRecorders(load: (file: string, env: NodeJS.ProcessEnv) => Promise<Config>): Recorders {
  const placeOf = ({ cameras, recorders }: Config, camera: string) => {
    const found = cameras.find((it) => it.camera === camera);
    if (!found)
      throw new Problem('config-invalid', `The configuration has no camera “${camera}”; ${rightOf(cameras.map((it) => it.camera))}.`);
    return { ...found, vms: vmsOf(recorders.find(({ id }) => id === found.recorder)!) };
  };
  return {
    recorder: async (file, env, id, camera) => {
      const config = await load(file, env);
      const recorder = config.recorders.find((it) => it.id === id);
      if (!recorder)
        throw new Problem('config-invalid', `The configuration has no recorder “${id}”; ${rightOf(config.recorders.map((it) => it.id))}.`);
      const place = camera === undefined ? null : placeOf(config, camera);
      if (place && place.recorder !== id)
        throw new Problem('config-invalid', `Camera ${camera} is recorded by ${place.recorder}, not by ${id}.`);
      return { vms: vmsOf(recorder), source: place?.source ?? null };
    },
    camera: async (file, env, camera) => placeOf(await load(file, env), camera),
    discover: async (localAddress, signal) =>
      (await Promise.all(adapters.map(async (adapter) => (await adapter.discover?.(localAddress, signal)) ?? []))).flat(),
  };
}

export const vmsOf = (recorder: RecorderConfig): Vms => adapterOf(recorder).connect(asAddress(recorder));

/** The good values, as many as a person reads. */
const rightOf = (names: readonly string[]): string =>
  names.length === 0 ? 'it has none' : `right is one of: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
