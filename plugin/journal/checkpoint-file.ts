// What the journal has signed last, in a file of its own beside the entries.
import path from 'node:path';
import { putFile, syncFolder } from './durable.js';

/** The old checkpoint or the new one, never half of one. */
export async function writeCheckpoint(folder: string, note: string): Promise<void> {
  await putFile(path.join(folder, 'checkpoint'), note, path.join(folder, 'checkpoint.part'));
  await syncFolder(folder);
}
