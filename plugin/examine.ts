// What `exportgate doctor` does: asks each thing that serving will need whether it is there, and says how it went.
import fs from 'node:fs';
import { adapters } from '../adapters/index.js';
import type { Surroundings } from './assemble.js';
import type { Finding } from './cli/doctor.js';
import type { Config } from './config/config.js';
import { Problem } from './domain/problem.js';
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
  for (const { id, adapter, url, user, password } of config.recorders)
    await look(`recorder ${id}`, async () => {
      const vms = adapters.find((it) => it.kind === adapter)!.connect({ id, url, user, password: password.reveal() });
      const { manufacturer, model, firmware, clock } = await vms.probe(AbortSignal.timeout(PROBE_MS));
      return `${manufacturer} ${model} ${firmware}, clock off by ${clock.offsetMs} ms ± ${clock.uncertaintyMs} ms`;
    });
  return findings;
}

const mib = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MiB`;
