// What the journal says of the requests' keys: which are to be there, and which are destroyed. A key that is merely not there is neither.
import type { Commitment } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { keyOf, type KeyPart } from '../domain/request-key.js';
import { destroyedParts } from './destroy-with.js';

export interface KeyBook {
  /** Each with an object that lies under it, by which it can be told whether there ever was such a key. */
  live: readonly { key: string; object: string }[];
  destroyed: readonly string[];
  /** Commitments whose values were erased. */
  erased: readonly Commitment[];
}

export function keyBookOf(states: readonly RequestState[]): KeyBook {
  const [live, destroyed, erased]: [KeyBook['live'][number][], string[], Commitment[]] = [[], [], []];
  for (const state of states) {
    const gone = destroyedParts(state);
    destroyed.push(...gone.map((part) => keyOf(state.requestId, part)));
    erased.push(...state.erased);
    for (const [part, object] of firstUnder(state)) if (object !== undefined && !gone.includes(part)) live.push({ key: keyOf(state.requestId, part), object });
  }
  return { live, destroyed: destroyed.sort(), erased: erased.sort() };
}

const firstUnder = ({ takes, drawings, package: packed }: RequestState): [KeyPart, string | undefined][] => [
  ['original', (takes[0] ?? drawings[0])?.index.object],
  ['copies', packed?.index.object],
];
