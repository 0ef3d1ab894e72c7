// A transfer from the command line: begun once, taken up again wherever it was cut off, also by a later run of the program.
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { DeliveryForm } from '../domain/audit-event.js';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { openNew, type Client } from './client.js';

export interface WishedTransfer {
  form?: DeliveryForm | undefined;
  /** Of the form age. */
  recipient?: string | undefined;
  part?: PackagePart | undefined;
}

/** As the gate answers, where a transfer begins. */
export interface Begun {
  transfer: string;
  address: string;
  part: PackagePart;
  form: DeliveryForm;
  fileName: string;
  bytes: number;
  manifestSha256: string;
}

/** Beside the file while it comes: what it takes to go on. The address opens nothing without its person's sign-in. */
interface Note extends Begun {
  requestId: string;
  recipient: string | null;
}

/** Tries in a row that bring no byte, and the wait before each, milliseconds. */
const WAITS_MS = [200, 1_000, 5_000, 15_000, 30_000];

/**
 * Writes the package to `file`, by way of `file.part`. What an earlier run left there is taken up, while its transfer goes on and was asked for
 * in the same form; else another one begins, which counts. Problems: those of the gate, `config-invalid`, `vms-unreachable`.
 */
export async function transferTo(client: Client, requestId: string, wish: WishedTransfer, file: string, waits: readonly number[] = WAITS_MS): Promise<Begun> {
  const begun = await bringAll(client, requestId, wish, file, waits);
  await fs.promises.rename(`${file}.part`, file);
  await fs.promises.rm(`${file}.part.json`, { force: true });
  return begun;
}

/** The same, but that it stays in `file.part`, with the note beside it: who asks for it again, in a later run too, is asked for nothing more by the gate. */
export async function bringAll(client: Client, requestId: string, wish: WishedTransfer, file: string, waits: readonly number[] = WAITS_MS): Promise<Begun> {
  const [part, noteFile] = [`${file}.part`, `${file}.part.json`];
  const left = await leftBefore(requestId, wish, part, noteFile);
  // The file before the question: a transfer is counted, and must not be spent on a place that takes nothing.
  const handle = left ? await fs.promises.open(part, 'r+') : await openNew(part, 0o600);
  try {
    const anew = () => begin(client, requestId, wish, noteFile);
    let begun = left ?? (await anew());
    try {
      await fill(client, begun, handle, waits);
    } catch (thrown) {
      // Of what is left here nothing can be gone on with any more.
      if (left === null || Problem.from(thrown).code !== 'transfer-over') throw thrown;
      await handle.truncate(0);
      begun = await anew();
      await fill(client, begun, handle, waits);
    }
    await handle.sync();
    return begun;
  } catch (thrown) {
    // What a broken line, a full disk or a sign-in that ended left is worth going on with; what the gate refused is not.
    const { status } = Problem.from(thrown);
    if (status < 500 && status !== 401 && status !== 429) for (const it of [part, noteFile]) await fs.promises.rm(it, { force: true });
    throw thrown;
  } finally {
    await handle.close();
  }
}

async function begin(client: Client, requestId: string, { form = 'zip', recipient, part }: WishedTransfer, noteFile: string): Promise<Note> {
  const body = { form, ...(recipient !== undefined && { recipient }), ...(part && { part }) };
  const begun = await client.post<Begun>(`/api/v1/requests/${requestId}/transfers`, body);
  const note = { ...begun, requestId, recipient: recipient ?? null };
  const handle = await openNew(noteFile, 0o600);
  await handle.writeFile(JSON.stringify(note)).finally(() => handle.close());
  return note;
}

async function leftBefore(requestId: string, wish: WishedTransfer, part: string, noteFile: string): Promise<Note | null> {
  const note = await readNote(noteFile);
  const isSame =
    note?.requestId === requestId &&
    note.form === (wish.form ?? 'zip') &&
    note.recipient === (wish.recipient ?? null) &&
    note.part === (wish.part ?? note.part);
  if (!note || !isSame || !isOwnFile(part)) return null;
  return note;
}

async function readNote(file: string): Promise<Note | null> {
  if (!isOwnFile(file)) return null;
  try {
    const note = JSON.parse(await fs.promises.readFile(file, 'utf8')) as Note;
    return /^\/api\/v1\/transfers\/[\w-]{1,64}$/.test(note.address) && Number.isSafeInteger(note.bytes) ? note : null;
  } catch {
    return null;
  }
}

/** No link to somewhere else, and nobody else's. */
function isOwnFile(file: string): boolean {
  const found = fs.lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && (process.getuid === undefined || found.uid === process.getuid());
}

async function fill(client: Client, { address, bytes, transfer }: Begun, handle: fs.promises.FileHandle, waits: readonly number[]): Promise<void> {
  let at = Math.min((await handle.stat()).size, bytes);
  for (let misses = 0; at < bytes;) {
    const before = at;
    try {
      const headers: Record<string, string> = at > 0 ? { range: `bytes=${at}-`, 'if-range': `"${transfer}"` } : {};
      const response = await client.ask(address, headers);
      // Another thing than that of which a part is here: begun anew.
      if (response.status !== 206) at = 0;
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        // Beyond its end nothing is written, whatever comes.
        const piece = chunk.subarray(0, bytes - at);
        await handle.write(piece, 0, piece.length, at).catch((cause: unknown) => {
          throw new Problem('disk-full', 'The file cannot be written; is the disk full? With more room the same command goes on.', { cause });
        });
        at += piece.length;
      }
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.code !== 'vms-unreachable' && thrown.code !== 'too-many-requests') throw thrown;
    }
    if (at >= bytes) break;
    misses = at > before ? 0 : misses + 1;
    if (misses > waits.length) throw new Problem('vms-unreachable', `The gate sent ${at} of ${bytes} bytes; the same command goes on from there.`);
    if (misses > 0) await wait(waits[misses - 1]);
  }
  await handle.truncate(bytes);
}
