// What a journal holds, at start: judged as a stranger would judge it, then taken into memory.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Entry } from '../domain/audit-event.js';
import { isRequestEntry } from '../domain/audit-event.js';
import { MerkleTree, leafHash } from '../domain/formats/merkle.js';
import { Problem } from '../domain/problem.js';
import { linkOf } from './entry.js';
import type { Link } from './entry.js';
import { verifyJournal } from './verify.js';

export interface Loaded {
  tree: MerkleTree;
  /** Where each entry begins, and where the next one would. */
  offsets: number[];
  requests: Map<string, number[]>;
  links: Map<string, Link>;
  /** Bytes of all finished records. */
  bytes: number;
  /** The unfinished record behind them. */
  cut: { bytes: number; sha256: string } | null;
}

/** Problem `journal-corrupt`: names the first thing that is not what was written. */
export async function loadEntries(folder: string, vkeys: readonly string[]): Promise<Loaded> {
  const verdict = await verifyJournal(folder, vkeys);
  if (!verdict.intact) throw corrupt(`${verdict.fault.code}, ${verdict.fault.where}`);
  const loaded = await readEntries(path.join(folder, 'entries.ndjson'));
  // Read twice: what is kept is what was judged.
  if (loaded.tree.root().toString('hex') !== verdict.root) throw corrupt('it changed while it was read');
  return loaded;
}

const corrupt = (what: string): Problem =>
  new Problem('journal-corrupt', `The journal is not what was written: ${what}. Nothing is done before somebody has looked at it.`);

async function readEntries(file: string): Promise<Loaded> {
  const loaded: Loaded = { tree: new MerkleTree(), offsets: [0], requests: new Map(), links: new Map(), bytes: 0, cut: null };
  const size = fs.existsSync(file) ? fs.statSync(file).size : 0;
  if (size === 0) return loaded;
  let rest = Buffer.alloc(0);
  for await (const chunk of fs.createReadStream(file, { end: size - 1 }) as AsyncIterable<Buffer>) {
    let bytes = Buffer.concat([rest, chunk]);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      keep(loaded, bytes.subarray(0, end));
      bytes = bytes.subarray(end + 1);
    }
    rest = bytes;
  }
  if (rest.length > 0) loaded.cut = { bytes: rest.length, sha256: createHash('sha256').update(rest).digest('hex') };
  return loaded;
}

function keep(loaded: Loaded, line: Buffer): void {
  const entry = JSON.parse(line.toString()) as Entry;
  const leaf = leafHash(line);
  loaded.tree.append(leaf);
  loaded.bytes += line.length + 1;
  loaded.offsets.push(loaded.bytes);
  const link = linkOf({ entry, leaf });
  if (!link || !isRequestEntry(entry)) return;
  loaded.links.set(entry.requestId, link);
  const known = loaded.requests.get(entry.requestId);
  if (known) known.push(entry.index);
  else loaded.requests.set(entry.requestId, [entry.index]);
}
