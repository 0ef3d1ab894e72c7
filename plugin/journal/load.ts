// What a journal holds, at start: judged as a stranger would judge it, and taken into memory as it is read.
import { createHash } from 'node:crypto';
import type { MerkleTree } from '../domain/formats/merkle.js';
import { Problem } from '../domain/problem.js';
import type { Link } from './entry.js';
import { judgeEntries } from './judge.js';
import type { LogKeys } from '../domain/formats/signed-checkpoint.js';

export interface Loaded {
  tree: MerkleTree;
  /** Where each entry begins, and where the next one would. */
  offsets: number[];
  requests: Map<string, number[]>;
  links: Map<string, Link>;
  /** The unfinished record behind them. */
  cut: { bytes: number; sha256: string } | null;
}

/** Problem `journal-corrupt`: names the first thing that is not what was written. */
export async function loadEntries(folder: string, vkeys: LogKeys): Promise<Loaded> {
  const offsets = [0];
  const requests = new Map<string, number[]>();
  const links = new Map<string, Link>();
  const { fault, tree, rest } = await judgeEntries(folder, vkeys, ({ entry, leaf, bytes }) => {
    const index = offsets.length - 1;
    offsets.push(offsets[index]! + bytes);
    if (entry?.requestId === undefined) return;
    links.set(entry.requestId, { sequence: entry.requestSequence!, leaf: leaf.toString('hex') });
    const known = requests.get(entry.requestId);
    if (known) known.push(index);
    else requests.set(entry.requestId, [index]);
  });
  if (fault) throw corrupt(`${fault.code}, ${fault.where}`);
  const cut = rest.length > 0 ? { bytes: rest.length, sha256: createHash('sha256').update(rest).digest('hex') } : null;
  return { tree, offsets, requests, links, cut };
}

export const corrupt = (what: string): Problem =>
  new Problem('journal-corrupt', `The journal is not what was written: ${what}. Nothing is done before somebody has looked at it.`);
