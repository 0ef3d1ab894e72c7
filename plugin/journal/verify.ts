// Is a journal whole, and does it continue what was kept elsewhere? Judged with the log's verifier key alone.
import fs from 'node:fs';
import path from 'node:path';
import type { MerkleTree } from '../domain/formats/merkle.js';
import { entryBundle, isCovered, parseTilePath, tileWidth, type Tile } from '../domain/formats/tlog-tiles.js';
import { judgeEntries, type JournalFault } from './judge.js';
import { judgeKept, type Kept } from './judge-kept.js';
import type { LogKeys } from '../domain/formats/signed-checkpoint.js';

export type { JournalFault } from './judge.js';
/** `root` in hex, over all `size` finished entries. */
export type JournalVerdict = { size: number; root: string; intact: true } | { intact: false; fault: JournalFault };

/**
 * Checks, in this order: checkpoint, root and entries (`judgeEntries`); what `kept` checkpoints say; the tiles that are there. Constant
 * memory, save 72 bytes an entry. May run beside a gate. `vkeys`: the log's key, or all that it ever had.
 */
export async function verifyJournal(folder: string, vkeys: LogKeys, kept: readonly Kept[] = []): Promise<JournalVerdict> {
  const offsets = [0];
  const { fault, tree } = await judgeEntries(folder, vkeys, ({ bytes }) => offsets.push(offsets.at(-1)! + bytes));
  const found = fault ?? judgeKept(tree, folder, vkeys, kept) ?? (await changedTile(folder, tree, offsets));
  return found ? { intact: false, fault: found } : { size: tree.size, root: tree.root().toString('hex'), intact: true };
}

/** A tile that is there and says something else than the entries. One that is not there is no lie: it is made again at the next start. */
async function changedTile(folder: string, tree: MerkleTree, offsets: readonly number[]): Promise<JournalFault | null> {
  const entries = await fs.promises.open(path.join(folder, 'entries.ndjson'), 'r').catch(() => null);
  if (!entries) return null;
  const linesFrom = (from: number, count: number): Buffer[] => {
    const start = offsets[from]!;
    const bytes = Buffer.alloc(offsets[from + count]! - start);
    fs.readSync(entries.fd, bytes, 0, bytes.length, start);
    return Array.from({ length: count }, (_, at) => bytes.subarray(offsets[from + at]! - start, offsets[from + at + 1]! - start - 1));
  };
  const wanted = ({ level, index, width }: Tile): Buffer => {
    const from = index * tileWidth;
    return level === 'entries' ? entryBundle(linesFrom(from, width)) : tree.hashes(8 * level, from, from + width);
  };
  try {
    for (const { tile, name } of await tilesIn(folder)) {
      // Tiles that a running gate has written since are ahead of what was read.
      if (isCovered(tile, tree.size) && !isThereAs(path.join(folder, name), wanted(tile))) return { code: 'tile-changed', where: name };
    }
    return null;
  } finally {
    await entries.close();
  }
}

/** What lies under `tile/` with the name of a tile, in the order of the names. */
async function tilesIn(folder: string): Promise<{ name: string; tile: Tile }[]> {
  const found = await fs.promises.readdir(path.join(folder, 'tile'), { recursive: true }).catch(() => []);
  return found
    .sort()
    .map((at) => `tile/${at}`)
    .flatMap((name) => {
      try {
        return [{ name, tile: parseTilePath(name) }];
      } catch {
        return [];
      }
    });
}

function isThereAs(file: string, bytes: Buffer): boolean {
  try {
    const found = fs.statSync(file);
    return found.isDirectory() || (found.size === bytes.length && fs.readFileSync(file).equals(bytes));
  } catch (thrown) {
    // A running gate takes partial tiles away.
    return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
