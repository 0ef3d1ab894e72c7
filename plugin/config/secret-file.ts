// A secret in a file of one line: its mode and its text, of one opened file, so that both are of the same one.
import { open } from 'node:fs/promises';

/** `open`: everybody on this machine may read it. The line end that editors add is not part of the secret. Null where it cannot be read. */
export async function readSecretFile(path: string, longest: number): Promise<{ text: string; open: boolean } | null> {
  try {
    const handle = await open(path, 'r');
    try {
      const { mode } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4 * longest + 2), 0, 4 * longest + 2, 0);
      return { text: buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, ''), open: (mode & 0o007) !== 0 };
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
