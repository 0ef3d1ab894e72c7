// Files that are whole or not there, whenever the power goes.
import fs from 'node:fs';
import path from 'node:path';

/**
 * Through `temporary` (on the same disk): written, fsynced, renamed. `file` is then the old one or the new one; which of them a power
 * cut leaves is settled by `syncFolder` of its folder.
 */
export async function putFile(file: string, content: Buffer | string, temporary: string): Promise<void> {
  const handle = await fs.promises.open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.promises.rename(temporary, file);
}

/** What was renamed into the folder, or made in it, stays there. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder below `root`, which is there, and all between. Gives `folder` and those whose content is new. */
export async function makeFolders(root: string, folder: string): Promise<string[]> {
  // Nearly always it is: to ask takes no turn of the threads that are busy with the disk.
  if (fs.existsSync(folder)) return [folder];
  const made = await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return [folder];
  const touched: string[] = [];
  for (let at = folder; at !== path.dirname(root); at = path.dirname(at)) {
    touched.push(at);
    if (at === path.dirname(made)) break;
  }
  return touched;
}
