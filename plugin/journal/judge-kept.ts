// What older checkpoints, kept where the journal's keeper does not reach, say of the journal as it is now.
import type { Checkpoint } from '../domain/formats/checkpoint.js';
import type { MerkleTree, TreeHead } from '../domain/formats/merkle.js';
import { firstChanged, signedLeaves, type JournalFault } from './judge.js';
import { openCheckpoint, type LogKeys } from '../domain/formats/signed-checkpoint.js';

export interface Kept {
  /** What a fault calls it: a file's name. */
  where: string;
  /** The signed note. */
  note: string;
}

interface Opened extends Checkpoint {
  where: string;
}

/**
 * - `proof-invalid`: what was kept is no checkpoint of this log.
 * - `forked`: the log signed two histories. Two kept checkpoints say so without the journal, or the journal continues the later one and
 *   not the earlier.
 * - `truncated`: the journal has fewer entries than were signed once.
 * - `re-sealed`: it has enough, and those that were signed once are others now, or stand in another order. Where the tiles of that time
 *   are still there, the first of them is named; else the entries between the last kept checkpoint that still fits and the first that
 *   does not.
 */
export function judgeKept(tree: MerkleTree, folder: string, vkeys: LogKeys, kept: readonly Kept[]): JournalFault | null {
  const opened: Opened[] = [];
  for (const { where, note } of kept) {
    const checkpoint = openCheckpoint(note, vkeys);
    if (!checkpoint) return { code: 'proof-invalid', where };
    opened.push({ ...checkpoint, where });
  }
  opened.sort((a, b) => a.size - b.size);
  const contradicted = opened.find((it, at) => opened[at - 1]?.size === it.size && !opened[at - 1]!.root.equals(it.root));
  if (contradicted) return { code: 'forked', where: contradicted.where };
  const misfit = opened.findIndex((it) => !continues(tree, it));
  if (misfit < 0) return null;
  const broken = opened[misfit]!;
  if (opened.slice(misfit).some((later) => continues(tree, later))) return { code: 'forked', where: broken.where };
  if (tree.size < broken.size) return { code: 'truncated', where: `entry ${tree.size}` };
  return reSealed(tree, folder, broken, opened[misfit - 1]?.size ?? 0);
}

const continues = (tree: MerkleTree, { size, root }: TreeHead): boolean => size <= tree.size && tree.root(size).equals(root);

/** `fitting`: so many entries are still those of once. */
function reSealed(tree: MerkleTree, folder: string, broken: TreeHead, fitting: number): JournalFault {
  const leaves = signedLeaves(folder, broken);
  const changed = leaves && firstChanged(tree, leaves, broken.size);
  if (!changed) return { code: 're-sealed', where: `entries ${fitting} to ${broken.size - 1}` };
  return { code: 're-sealed', where: changed.where };
}
