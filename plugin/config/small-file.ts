// A text file that people edit: read whole, up to a limit.
import { open } from 'node:fs/promises';
import { Problem } from '../domain/problem.js';

/** Problem `config-invalid` where it is not there, not readable, longer than `longest` bytes, or not UTF-8. */
export async function readSmallFile(path: string, longest: number): Promise<string> {
  const buffer = Buffer.alloc(longest + 1);
  const bytes = await readInto(path, buffer).catch((error: unknown) => {
    throw new Problem('config-invalid', 'The file cannot be read.', {
      cause: error,
      faults: [
        {
          code: 'file-missing',
          where: '(file)',
          detail: 'It is not there or not readable; right is a text file that this process may read.',
        },
      ],
    });
  });
  const refuse = (code: string, detail: string) => new Problem('config-invalid', detail, { faults: [{ code, where: '(file)', detail }] });
  if (bytes > longest) throw refuse('file-long', `The file is longer than ${longest} bytes.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytes));
  } catch {
    throw refuse('file-malformed', 'The file is not UTF-8 text.');
  }
}

async function readInto(path: string, buffer: Buffer): Promise<number> {
  const handle = await open(path, 'r');
  try {
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, bytes, buffer.length - bytes, bytes);
      bytes += bytesRead;
      if (bytesRead === 0 || bytes === buffer.length) return bytes;
    }
  } finally {
    await handle.close();
  }
}
