// What the verbs that look are given: `doctor` asks each thing that serving will need whether it is there; `probe`, `coverage` and `discover`
// get the recorders of the configuration.
import fs from 'node:fs';
import { adapters } from '../adapters/index.js';
import type { Surroundings } from './assemble.js';
import { adapterOf, asAddress } from './recorders.js';
import type { Finding } from './cli/doctor.js';
import type { Recorders } from './cli/recorders.js';
import type { Config, RecorderConfig } from './config/config.js';
import { Problem } from './domain/problem.js';
import type { ClockReading, Vms } from './domain/vms.js';
import { loadKeys } from './keys/keys.js';
import { findFfmpeg } from './media/find-ffmpeg.js';
import { loadPolicy } from './policy/load.js';
import { openDatabase } from './store/database.js';
import { roomIn } from './store/room.js';

/** How long a recorder may take to answer a probe, milliseconds. */
const PROBE_MS = 15_000;

export async function examine(config: Config, { searchPath }: Surroundings): Promise<Finding[]> {
  const findings: Finding[] = [];
  const look = async (what: string, step: () => Promise<string>): Promise<void> => {
    try {
      findings.push({ what, ok: true, detail: await step() });
    } catch (thrown) {
      findings.push({ what, ok: false, detail: Problem.from(thrown).message });
    }
  };
  await look('ffmpeg', async () => {
    const tools = await findFfmpeg({ ...(config.ffmpeg.path !== null && { path: config.ffmpeg.path }), searchPath });
    if (tools.bundled) throw new Problem('ffmpeg-missing', 'Only the bundled ffmpeg of 2018 was found; serve refuses it.');
    return tools.version;
  });
  await look('policy files', async () => (await loadPolicy(config.policiesFolder)).version);
  await look('keys', async () => {
    loadKeys(config.keysFolder);
    return 'readable by the gate alone';
  });
  await look('database', async () => {
    await (await openDatabase(':memory:')).destroy();
    return `SQLite runs on Node ${process.version}`;
  });
  await look('sealed store', async () => {
    await fs.promises.mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
    const room = await roomIn(config.dataFolder);
    if (room < config.quotas.reserveBytes)
      throw new Problem('disk-full', `${mib(room)} are free; the reserve alone is ${mib(config.quotas.reserveBytes)}.`);
    return `${mib(room)} free`;
  });
  for (const recorder of config.recorders)
    await look(`recorder ${recorder.id}`, async () => {
      const { manufacturer, model, firmware, clock } = await vmsOf(recorder).probe(AbortSignal.timeout(PROBE_MS));
      return `${manufacturer} ${model} ${firmware}, ${clockSentence(clock)}`;
    });
  return findings;
}

const clockSentence = ({ offsetMs, uncertaintyMs, zoneSuspect }: ClockReading): string =>
  `clock off by ${offsetMs} ms ± ${uncertaintyMs} ms${
    zoneSuspect
      ? '; warning 警告: that is near a multiple of 30 minutes, so rather a wrong zone than a wrong clock; a person has to look'
      : ''
  }`;

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

const vmsOf = (recorder: RecorderConfig): Vms => adapterOf(recorder).connect(asAddress(recorder));

/** The good values, as many as a person reads. */
const rightOf = (names: readonly string[]): string =>
  names.length === 0 ? 'it has none' : `right is one of: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;

const mib = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MiB`;
