// A new file that is whole or not there, for its owner alone, and never in the place of another.
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';

/** Takes the place first, before the work whose result it is to hold. Problem `config-invalid` where it is taken, or nothing can be written. */
export async function openNew(file: string): Promise<{ write(text: string): Promise<void>; drop(): Promise<void> }> {
  const taken = (cause?: unknown): Problem =>
    new Problem('config-invalid', `${file} cannot be written, or is there already; name a file that is not.`, { cause });
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.part`);
  if (fs.existsSync(file)) throw taken();
  const handle = await fs.promises.open(temporary, 'wx', 0o600).catch((cause: unknown) => {
    throw taken(cause);
  });
  const drop = async (): Promise<void> => {
    await handle.close().catch(() => undefined);
    await fs.promises.rm(temporary, { force: true });
  };
  const write = async (text: string): Promise<void> => {
    try {
      await handle.writeFile(text);
      await handle.sync();
      // A link, unlike a rename, never replaces what somebody put there in the meantime.
      await fs.promises.link(temporary, file).catch(async (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'EEXIST') throw cause;
        // No links on this file system (FAT).
        await fs.promises.copyFile(temporary, file, fs.constants.COPYFILE_EXCL);
      });
      await syncFolder(path.dirname(file));
    } catch (cause) {
      throw taken(cause);
    } finally {
      await drop();
    }
  };
  return { write, drop };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
