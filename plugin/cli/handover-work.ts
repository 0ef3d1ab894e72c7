// Where a hand-over lies until it is recorded, so that the same command goes on after a cut: a private folder below the system's temporary one, of this
// user and this package, held by one run at a time.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import type { HandedOver } from './handover-papers.js';
import { isAlive } from '../store/is-alive.js';

/** What was recorded, while its papers were not written yet. */
export interface Recorded {
  /** The medium's final name, whole. */
  place: string;
  told: HandedOver;
  isCold: boolean;
}

export interface Work {
  /** The package as it is fetched, and what else one run needs. */
  file(name: string): string;
  recorded(): Promise<Recorded | null>;
  record(what: Recorded): Promise<void>;
  /** All of it goes. */
  end(): Promise<void>;
  /** It stays for the next run. */
  leave(): Promise<void>;
}

/** `what`: gate, request, form and part. Problem `config-invalid`: not ours alone, or another run goes on. */
export async function openWork(what: readonly string[]): Promise<Work> {
  const own = path.join(os.tmpdir(), `exportgate-handover-${process.getuid?.() ?? 'own'}`);
  const folder = path.join(own, createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32));
  for (const it of [own, folder]) {
    await fs.promises.mkdir(it, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw new Problem('config-invalid', `${it} cannot be made.`, { cause });
    });
    // Threat: the name can be foreseen, and somebody else of this machine made it first.
    const found = await fs.promises.lstat(it);
    const isOwn = found.isDirectory() && (process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0));
    if (!isOwn) throw new Problem('config-invalid', `${it} is not a folder of yours alone; remove it.`);
  }
  const [lock, made] = ['lock', 'recorded.json'].map((name) => path.join(folder, name)) as [string, string];
  await take(lock);
  return {
    file: (name) => path.join(folder, name),
    recorded: async () => JSON.parse(await fs.promises.readFile(made, 'utf8').catch(() => 'null')) as Recorded | null,
    async record(recorded) {
      const handle = await fs.promises.open(`${made}.new`, 'w', 0o600);
      await handle.writeFile(JSON.stringify(recorded)).then(() => handle.sync()).finally(() => handle.close());
      await fs.promises.rename(`${made}.new`, made);
    },
    end: () => fs.promises.rm(folder, { recursive: true, force: true }),
    leave: () => fs.promises.rm(lock, { force: true }),
  };
}

/** One that a killed run left is none. */
async function take(lock: string): Promise<void> {
  const holder = Number(await fs.promises.readFile(lock, 'utf8').catch(() => '0'));
  if (holder > 0 && isAlive(holder)) throw new Problem('config-invalid', `Another run (process ${holder}) hands this package over; wait for it.`);
  await fs.promises.rm(lock, { force: true });
  await fs.promises.writeFile(lock, String(process.pid), { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
    throw new Problem('config-invalid', 'Another run hands this package over; wait for it.', { cause });
  });
}
