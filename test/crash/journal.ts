// What lies in the journal's file, read by a stranger between two lives of the server.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isRequestEntry, type Entry, type EventName, type RequestEntry } from '../../plugin/domain/audit-event.js';
import { fold, type RequestState } from '../../plugin/domain/lifecycle.js';
import type { Place } from './place.js';

/** All finished records; none of a gate that died before its first. */
export async function entriesIn({ journal }: Place): Promise<Entry[]> {
  const file = path.join(journal, 'entries.ndjson');
  const text = fs.existsSync(file) ? await fs.promises.readFile(file, 'utf8') : '';
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Entry);
}

export async function historyIn(place: Place): Promise<RequestEntry[]> {
  const history = (await entriesIn(place)).filter(isRequestEntry);
  const ids = new Set(history.map((entry) => entry.requestId));
  if (ids.size > 1) throw new Error(`One request was asked for; the journal holds ${[...ids].join(', ')}.`);
  return history;
}

/** Where the journal says that the request stands; null before it says anything. */
export async function stateIn(place: Place): Promise<RequestState | null> {
  const history = await historyIn(place);
  return history.length > 0 ? fold(history) : null;
}

const EVERY_MS = 50;
const MOST_TRIES = 1_200;

/** Looks until an entry of this kind is there. */
export async function untilJournalHolds(place: Place, event: EventName): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if ((await entriesIn(place)).some((entry) => entry.event === event)) return;
    await wait(EVERY_MS);
  }
  throw new Error(`The journal never came to hold ${event}.`);
}
