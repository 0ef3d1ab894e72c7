// exportgate.yaml and the environment → the configuration: frozen, whole, judged before anything starts. Nothing else reads either.
import { join } from 'node:path';
import { Problem, type Fault } from '../domain/problem.js';
import { configJsonSchema, configSchema, type RawConfig } from './config-schema.js';
import type { Surroundings } from './check.js';
import { crossCheck } from './cross-checks.js';
import { faultsOf } from './faults.js';
import { fromFile } from './folders.js';
import { knownKeys } from './known-keys.js';
import { readPassword, type Environment } from './recorder-password.js';
import type { Secret } from './secret.js';
import { readSmallFile } from './small-file.js';
import { soundParts } from './sound-parts.js';
import { readYaml } from './yaml.js';

export interface RecorderConfig {
  id: string;
  adapter: string;
  /** Device service. */
  url: string;
  user: string;
  password: Secret;
  /** How many pulls it bears at once. */
  pulls: 1 | 2;
  /** Where ordinary clients reach this recorder through the gate. A listener of its own: HTTP digest signs the path, so the
   *  recorder's own paths must stay as they are. */
  front: { host: string; port: number } | null;
}

/** Paths are absolute, sizes bytes, durations milliseconds. */
export interface Config {
  /** `port` 0: any free one. `publicUrl` null: where it really listens. */
  listen: { host: string; port: number; tls: { certFile: string; keyFile: string } | null; behindProxy: boolean; publicUrl: string | null };
  dataFolder: string;
  keysFolder: string;
  /** Wiped at start. */
  workFolder: string;
  policiesFolder: string;
  journal: { origin: string };
  recorders: readonly RecorderConfig[];
  cameras: readonly { camera: string; recorder: string; recording: string }[];
  quotas: { unitBytes: number; installationBytes: number; reserveBytes: number; bytesPerSecond: number };
  /** `path` null: the one on PATH. */
  ffmpeg: { path: string | null };
  tokens: { lifetime: number };
}

const longestFile = 8 * 1024 * 1024;

/** Problem `config-invalid` with every fault. `adapters`: the kinds that the gate has adapters for. */
export async function loadConfig(file: string, env: Environment, adapters: readonly string[]): Promise<Config> {
  const judged = await judge({ file, env, adapters });
  if ('config' in judged) return judged.config;
  throw new Problem('config-invalid', `The configuration has ${judged.faults.length} fault(s).`, { faults: judged.faults });
}

/** The same judgement without starting anything: every fault, none where it is sound. */
export async function checkConfig(file: string, env: Environment, adapters: readonly string[]): Promise<Fault[]> {
  try {
    const judged = await judge({ file, env, adapters });
    return 'faults' in judged ? judged.faults : [];
  } catch (error) {
    if (error instanceof Problem && error.faults) return [...error.faults];
    throw error;
  }
}

async function judge(around: Surroundings): Promise<{ config: Config } | { faults: Fault[] }> {
  const yaml = readYaml(await readSmallFile(around.file, longestFile));
  if ('faults' in yaml) return yaml;
  const shaped = configSchema.safeParse(yaml.data, { reportInput: true });
  const faults = [
    ...(shaped.success ? [] : faultsOf(shaped.error.issues, (path) => knownKeys(configJsonSchema(), path))),
    ...(await crossCheck(soundParts(yaml.data), around)),
  ];
  if (!shaped.success || faults.length > 0) return { faults };
  return { config: freeze(await finish(shaped.data, around)) };
}

async function finish(raw: RawConfig, around: Surroundings): Promise<Config> {
  const at = (path: string): string => fromFile(around.file, path);
  const { listen, ffmpeg } = raw;
  return {
    ...raw,
    listen: {
      ...listen,
      tls: listen.tls && { certFile: at(listen.tls.certFile), keyFile: at(listen.tls.keyFile) },
      publicUrl: listen.publicUrl?.replace(/\/$/, '') ?? null,
    },
    dataFolder: at(raw.dataFolder),
    keysFolder: at(raw.keysFolder),
    workFolder: raw.workFolder ? at(raw.workFolder) : join(at(raw.dataFolder), 'work'),
    policiesFolder: at(raw.policiesFolder),
    recorders: await Promise.all(raw.recorders.map((recorder, index) => withPassword(recorder, index, around))),
    ffmpeg: { path: ffmpeg.path && at(ffmpeg.path) },
  };
}

async function withPassword(
  { id, adapter, url, user, pulls, front, ...named }: RawConfig['recorders'][number],
  index: number,
  around: Surroundings,
): Promise<RecorderConfig> {
  const read = await readPassword({ id, ...named }, `recorders[${index}]`, around);
  // Judged once already; a file that changed in between is a fault all the same.
  if ('faults' in read) throw new Problem('config-invalid', 'A password cannot be read.', { faults: read.faults });
  return { id, adapter, url, user, password: read.password, pulls, front };
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) freeze(inner as object);
  return Object.freeze(value);
}
