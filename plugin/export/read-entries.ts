// What the entries on disk tell, for who may not take the journal: a backup, beside the gate that holds it.
import fs from 'node:fs';
import { isRequestEntry, type Entry } from '../domain/audit-event.js';
import { fold, follow, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import { PolicyRecord } from './policy-record.js';

export interface ToldByJournal {
  states: readonly RequestState[];
  policyTexts: ReturnType<PolicyRecord['texts']>;
}

/** The first `bytes` of the file, which end with an entry; left out: all whole entries. Problem `journal-corrupt`. */
export async function readEntries(file: string, bytes = wholeLines(file)): Promise<ToldByJournal> {
  const states = new Map<string, RequestState>();
  const policies = new PolicyRecord();
  if (bytes > 0)
    for await (const line of linesOf(file, bytes)) {
      const entry = read(line);
      if (!isRequestEntry(entry)) {
        policies.learn(entry);
        continue;
      }
      const before = states.get(entry.requestId);
      states.set(entry.requestId, before ? follow(before, entry) : fold([entry]));
    }
  return { states: [...states.values()], policyTexts: policies.texts() };
}

/** By the newline alone: readline ends lines at other characters too, which may stand in an entry. */
async function* linesOf(file: string, bytes: number): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  for await (const piece of fs.createReadStream(file, { end: bytes - 1, highWaterMark: 1 << 20 })) {
    held = Buffer.concat([held, piece as Buffer]);
    let from = 0;
    for (let end = held.indexOf(0x0a); end >= 0; end = held.indexOf(0x0a, from)) {
      yield held.subarray(from, end);
      from = end + 1;
    }
    held = held.subarray(from);
  }
}

function read(line: Buffer): Entry {
  try {
    return JSON.parse(line.toString('utf8')) as Entry;
  } catch (cause) {
    throw new Problem('journal-corrupt', 'A line of the journal’s file is no entry.', { cause });
  }
}

/** Bytes up to the end of the last whole entry: one may be being written. */
export function wholeLines(file: string): number {
  const handle = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(handle);
    const tail = Buffer.alloc(Math.min(size, 65_536));
    fs.readSync(handle, tail, 0, tail.length, size - tail.length);
    return size - tail.length + tail.lastIndexOf(0x0a) + 1;
  } finally {
    fs.closeSync(handle);
  }
}
