// The one thing that a witness does (c2sp.org/tlog-witness): looks whether a log continues what it was, records it, and says so with its key.
import type { KeyObject } from 'node:crypto';
import { parseAddCheckpoint, sizeMediaType, type AddCheckpoint } from '../domain/formats/add-checkpoint.js';
import { parseCheckpoint, type Checkpoint } from '../domain/formats/checkpoint.js';
import { cosign } from '../domain/formats/cosignature.js';
import { FormatError } from '../domain/formats/format-error.js';
import { isConsistent } from '../domain/formats/merkle.js';
import { openCheckpoint } from '../domain/formats/signed-checkpoint.js';
import { unverifiedText } from '../domain/formats/signed-note.js';
import type { Record } from './record.js';

export interface WitnessParts {
  /** Its own name, of its key. */
  name: string;
  /** Ed25519, private. */
  key: KeyObject;
  /** Origin → verifier keys of the logs that it witnesses: the one in use, and former ones. */
  logs: ReadonlyMap<string, readonly string[]>;
  record: Record;
  now: () => Date;
}

export interface Answer {
  status: 200 | 400 | 403 | 404 | 409 | 422;
  /** Media type of the body. */
  type: string;
  body: string;
}

const says = (status: Answer['status'], body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body: `${body}\n` });

/** Judges one at a time for each log: checked, recorded and answered are one step, or two at once could roll a log back. */
export class AddCheckpoints {
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(private readonly parts: WitnessParts) {}

  async answer(body: string): Promise<Answer> {
    const read = readBody(body);
    if ('status' in read) return read;
    const { asked, origin } = read;
    const vkeys = this.parts.logs.get(origin);
    if (vkeys === undefined) return says(404, 'No log of this origin is witnessed here.');
    const checkpoint = openCheckpoint(asked.note, vkeys);
    if (!checkpoint) return says(403, 'The checkpoint carries no good signature of a key that is known for this log.');
    if (asked.old > checkpoint.size) return says(400, 'The old size is larger than the checkpoint’s.');
    const turn = (this.#underWay.get(origin) ?? Promise.resolve()).then(() => this.#judge(asked, checkpoint));
    this.#underWay.set(
      origin,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async #judge({ old, proof, note }: AddCheckpoint, checkpoint: Checkpoint): Promise<Answer> {
    const { record, name, key, now } = this.parts;
    const last = record.last(checkpoint.origin);
    if (old !== last.size) return { status: 409, type: sizeMediaType, body: `${last.size}\n` };
    if (!isConsistent(last, checkpoint, proof)) return says(422, `The log does not continue what it was at ${old}.`);
    await record.put(checkpoint.origin, checkpoint, note);
    return { status: 200, type: 'text/plain; charset=utf-8', body: cosign(unverifiedText(note), name, key, now()) };
  }
}

function readBody(body: string): { asked: AddCheckpoint; origin: string } | Answer {
  try {
    const asked = parseAddCheckpoint(body);
    return { asked, origin: parseCheckpoint(unverifiedText(asked.note)).origin };
  } catch (thrown) {
    if (thrown instanceof FormatError) return says(400, thrown.message);
    throw thrown;
  }
}
