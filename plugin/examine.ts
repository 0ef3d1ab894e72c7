// What `doctor` is given: each thing that serving will need is asked whether it is there.
import fs from 'node:fs';
import type { Finding } from './cli/doctor.js';
import { vmsOf } from './configured.js';
import type { Config, KeysConfig } from './config/config.js';
import { Problem } from './domain/problem.js';
import type { ClockReading } from './domain/vms.js';
import { expectProfile, loadKeys, type KnownKey } from './keys/keys.js';
import { findFfmpeg, type Tools } from './media/find-ffmpeg.js';
import { measureEfforts, measureRender } from './media/measure-render.js';
import { proveEncoders } from './media/prove-encoders.js';
import { proveText } from './media/prove-text.js';
import { openWork } from './media/work-folder.js';
import { loadPolicy } from './policy/load.js';
import { openDatabase } from './store/database.js';
import { roomIn } from './store/room.js';

const DAY_MS = 86_400_000;
/** How long a recorder may take to answer a probe, milliseconds. */
const PROBE_MS = 15_000;

type Look = (what: string, step: () => Promise<string>) => Promise<void>;

/** `searchPath`: PATH, to find ffmpeg in. */
export async function examine(config: Config, { searchPath, now }: { searchPath: string; now: () => Date }): Promise<Finding[]> {
  const findings: Finding[] = [];
  const look: Look = async (what, step) => {
    try {
      findings.push({ what, ok: true, detail: await step() });
    } catch (thrown) {
      findings.push({ what, ok: false, detail: Problem.from(thrown).message });
    }
  };
  let tools: Tools | null = null;
  await look('ffmpeg', async () => {
    tools = await findFfmpeg({ ...(config.ffmpeg.path !== null && { path: config.ffmpeg.path }), searchPath });
    if (tools.bundled) throw new Problem('ffmpeg-missing', 'Only the bundled ffmpeg of 2018 was found; serve refuses it.');
    return tools.version;
  });
  // Where there is none, one finding says so.
  if (tools) await lookAtPictures(tools, config.workFolder, look);
  await look('policy files', async () => (await loadPolicy(config.policiesFolder)).version);
  await look('keys', async () => {
    const keys = loadKeys(config.keysFolder, config.keys);
    expectProfile(keys, config.keys.profile);
    return ['readable by the gate alone', ...keyWarnings(keys.known, config.keys, now()).map((warning) => `; warning 警告: ${warning}`)].join('');
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

/** Proved by doing: what ffmpeg says of itself is what somebody compiled in. */
async function lookAtPictures(tools: Tools, workFolder: string, look: Look): Promise<void> {
  const inWork = async (step: (folder: string) => Promise<string>): Promise<string> => {
    const work = await openWork(workFolder);
    try {
      return await step(work.folder);
    } finally {
      await work.wipe();
    }
  };
  await look('marks', () =>
    inWork(async (folder) => {
      const { unlikeTofu } = await proveText(tools, folder);
      return `Chinese is drawn, encoded and read back; unlike empty boxes by ${unlikeTofu.toFixed(2)} of 1`;
    }),
  );
  await look('encoders', () =>
    inWork(async (folder) => {
      const proofs = await proveEncoders(tools, folder);
      if (!proofs.some(({ name, speed }) => name === 'libx264' && speed !== null)) throw new Problem('ffmpeg-missing', 'libx264 does not encode here.');
      return proofs.map(({ name, speed }) => `${name} ${speed === null ? 'does not work here' : `${speed.toFixed(1)}×`}`).join(', ');
    }),
  );
  await look('capacity', () =>
    inWork(async (folder) => {
      const told = (speeds: Awaited<ReturnType<typeof measureRender>>): string => speeds.map(({ name, speed }) => `${name} ${speed.toFixed(1)}×`).join(', ');
      const sizes = told(await measureRender(tools, folder));
      return `of real time, marked: ${sizes}; 1080p by effort: ${told(await measureEfforts(tools, folder))}`;
    }),
  );
}

/** What is no fault, and somebody should see to. */
function keyWarnings(known: readonly KnownKey[], { passphrase, rotateAfterDays }: KeysConfig, now: Date): string[] {
  return known.flatMap(({ kind, number, inUse, madeAt, kept }) => {
    const days = Math.floor((now.getTime() - (madeAt ?? now).getTime()) / DAY_MS);
    return [
      ...(inUse && days >= rotateAfterDays ? [`${kind} key ${number} is in use for ${days} days: exportgate keys rotate ${kind}`] : []),
      ...(passphrase && kept === 'plain' ? [`${kind} key ${number} is not under the passphrase: exportgate keys protect`] : []),
    ];
  });
}

const clockSentence = ({ offsetMs, uncertaintyMs, zoneSuspect }: ClockReading): string =>
  `clock off by ${offsetMs} ms ± ${uncertaintyMs} ms${
    zoneSuspect
      ? '; warning 警告: that is near a multiple of 30 minutes, so rather a wrong zone than a wrong clock; a person has to look'
      : ''
  }`;

const mib = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MiB`;
