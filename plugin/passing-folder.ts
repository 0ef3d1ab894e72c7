// A folder that is gone when what is done in it is over: also where somebody ends the process, for what lies there is in the clear. What SIGKILL or the
// power leaves there goes with the next one.
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from './domain/problem.js';
import { isAlive } from './store/is-alive.js';

const namePattern = /^exportgate-drill-(\d+)-/;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Below `parent`, which is there; 0700. Problem `config-invalid`. */
export async function inPassingFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = make(parent);
  // At once, and then as the signal ends a process that does not listen: nothing that waits may write there again.
  const leave = (signal: NodeJS.Signals): void => {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    unlisten();
    process.kill(process.pid, signal);
  };
  const unlisten = (): void => signals.forEach((signal) => process.off(signal, leave));
  signals.forEach((signal) => process.on(signal, leave));
  try {
    return await work(folder);
  } finally {
    unlisten();
    await fs.promises.rm(folder, { recursive: true, force: true });
  }
}

function make(parent: string): string {
  try {
    for (const name of fs.readdirSync(parent)) {
      const pid = Number(namePattern.exec(name)?.[1]);
      if (pid && isOurs(path.join(parent, name)) && !isAlive(pid)) fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    }
    // Made 0700 by mkdtemp.
    return fs.mkdtempSync(path.join(parent, `exportgate-drill-${process.pid}-`));
  } catch (cause) {
    throw new Problem('config-invalid', `No folder for the drill can be made in ${parent}.`, { cause });
  }
}

/** A link that somebody else put into a shared folder leads nowhere. */
function isOurs(folder: string): boolean {
  const stat = fs.lstatSync(folder, { throwIfNoEntry: false });
  return stat !== undefined && stat.isDirectory() && stat.uid === process.getuid?.();
}
