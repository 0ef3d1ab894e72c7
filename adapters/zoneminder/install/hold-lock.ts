// One installation at a time: two would each keep what the other had half changed.
import fs from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../plugin/domain/problem.js';

/** The way to let it go. One that a dead process left is taken over. Problem `config-invalid`: another one runs. */
export async function holdLock(folder: string): Promise<() => Promise<void>> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'lock');
  for (let tries = 0; tries < 2; tries++) {
    const taken = await fs.writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw new Problem('config-invalid', `${folder} cannot be written; right is to run this as root.`, { cause: error });
      },
    );
    if (taken) return () => fs.rm(file, { force: true });
    const holder = Number(await fs.readFile(file, 'utf8').catch(() => ''));
    if (isAlive(holder)) throw new Problem('config-invalid', `Another installation runs (process ${holder}); right is to wait for it.`);
    await fs.rm(file, { force: true });
  }
  throw new Problem('config-invalid', `Another installation takes ${file} again and again; right is to wait for it.`);
}

function isAlive(pid: number): boolean {
  // A file that was not written whole names nobody.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
