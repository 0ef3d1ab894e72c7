// A key that took the place of another is recorded before it signs anything: who reads the record later knows whose signature stands where.
import type { GateEvents } from '../domain/audit-event.js';
import type { Journal } from '../journal/journal.js';

type Rotation = GateEvents['key-rotated'];
const STEP = 1000;

/** Records those that no entry tells of. Problem `journal-unwritable`. */
export async function recordRotations(journal: Journal, rotations: readonly Rotation[]): Promise<void> {
  if (rotations.length === 0) return;
  const recorded = new Set<string>();
  for (let at = 0; at < journal.size; at += STEP)
    for (const entry of journal.read(at, STEP)) if (entry.event === 'key-rotated') recorded.add(nameOf(entry.data));
  for (const data of rotations) if (!recorded.has(nameOf(data))) await journal.append({ event: 'key-rotated', by: 'gate', data });
}

const nameOf = ({ key, from, to }: Rotation): string => `${key} ${from} ${to}`;
