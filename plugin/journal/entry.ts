// From what a room wants to say to the entry as it lies on disk: index, time and links added, one line of canonical JSON.
import type { Entry, EntryDraft } from '../domain/audit-event.js';
import { isRequestEntry } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { leafHash } from '../domain/formats/merkle.js';
import { Problem } from '../domain/problem.js';
import { maxEntryBytes } from './read-lines.js';

/** Last entry of a request: what its next one links to. */
export interface Link {
  sequence: number;
  /** Leaf hash, hex. */
  leaf: string;
}

/** An entry, its line (with the newline) and its leaf hash. */
export interface Written {
  entry: Entry;
  line: Buffer;
  leaf: Buffer;
}

/** A copy that the caller cannot change any more. Problem `internal`: not plain data. */
export function freeze(draft: EntryDraft): EntryDraft {
  try {
    return JSON.parse(canonicalJson(draft)) as EntryDraft;
  } catch (cause) {
    throw new Problem('internal', 'An entry for the journal is not plain data.', { cause });
  }
}

/** Problem `body-too-large`. `link` is null on a request's first entry and for entries of the gate. */
export function writeEntry(draft: EntryDraft, index: number, at: Date, link: Link | null): Written {
  const head = { v: 1, index, at: at.toISOString(), ...draft };
  const entry = (
    'requestId' in draft ? { ...head, requestSequence: link ? link.sequence + 1 : 0, previous: link?.leaf ?? null } : head
  ) as Entry;
  const line = Buffer.from(`${canonicalJson(entry)}\n`);
  const said = line.subarray(0, -1);
  if (said.length > maxEntryBytes)
    throw new Problem(
      'body-too-large',
      `The entry ${draft.event} has ${said.length} bytes; the journal takes ${maxEntryBytes}. Ask for less in one application.`,
    );
  return { entry, line, leaf: leafHash(said) };
}

/** What the request's next entry links to, or null for an entry of the gate. */
export const linkOf = ({ entry, leaf }: Pick<Written, 'entry' | 'leaf'>): Link | null =>
  isRequestEntry(entry) ? { sequence: entry.requestSequence, leaf: leaf.toString('hex') } : null;
