// What a person chose or dropped, as the engine reads it: one file is an archive, everything else a folder.
import type { Found } from '../engine/folder.js';
import type { Readable } from '../engine/source.js';

export type Given = { name: string; content: Readable | Found };

const readable = (file: File): Readable => ({
  size: file.size,
  read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
});

export const archiveOf = (file: File): Given => ({ name: file.name, content: readable(file) });

/** Of a chosen folder: each file tells its path, which begins with the folder's own name. */
export const chosenFolder = (files: readonly File[]): Given => ({
  name: files[0]!.webkitRelativePath.split('/')[0]!,
  content: new Map(files.map((file) => [file.webkitRelativePath.split('/').slice(1).join('/'), readable(file)])),
});

/** The parts of TypeScript's DOM that are not in it yet. */
interface Handle {
  kind: 'file' | 'directory';
  name: string;
  getFile(): Promise<File>;
  values(): AsyncIterable<Handle>;
}
type WithHandle = DataTransferItem & { getAsFileSystemHandle?: () => Promise<Handle | null> };

/** null where nothing was dropped that can be read. Must be called while the drop is handled: later the list is empty. */
export async function droppedOn(transfer: DataTransfer): Promise<Given | null> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file') as WithHandle[];
  const handles = await Promise.all(items.map((item) => item.getAsFileSystemHandle?.() ?? Promise.resolve(null)));
  if (handles.length === 0 || handles.some((handle) => !handle)) return null;
  const [first] = handles as Handle[];
  if (handles.length === 1 && first!.kind === 'file') return archiveOf(await first!.getFile());
  const found = new Map<string, Readable | null>();
  if (handles.length === 1) await collect(first!, '', found);
  else for (const handle of handles as Handle[]) await add(handle, handle.name, found);
  return { name: handles.length === 1 ? first!.name : `${handles.length} files`, content: found };
}

async function collect(folder: Handle, path: string, found: Map<string, Readable | null>): Promise<void> {
  let isEmpty = true;
  for await (const handle of folder.values()) {
    isEmpty = false;
    await add(handle, path === '' ? handle.name : `${path}/${handle.name}`, found);
  }
  if (isEmpty && path !== '') found.set(path, null);
}

async function add(handle: Handle, path: string, found: Map<string, Readable | null>): Promise<void> {
  if (handle.kind === 'directory') await collect(handle, path, found);
  else found.set(path, readable(await handle.getFile()));
}
