// Files of the system's own web folder that were judged before. A page asks for a dozen of them, always the same: what was read through once,
// and went out as it came, is known again by its digest, byte for byte.
import { createHash } from 'node:crypto';
import type { Reading } from './answer-reading.js';
import type { BodyJudge } from './body-judge.js';

/** Of a system's skins there are a few hundred. */
const MOST_KNOWN = 4096;

export class JudgedFiles {
  readonly #known = new Set<string>();

  /** What may leave of a whole file, in the pieces in which it came. Throws `GuardHit`. `judge` is made, and asked, only for one that is not known. */
  judge(reading: Reading, pieces: readonly Buffer[], makeJudge: () => BodyJudge): readonly Buffer[] {
    // The same bytes may be right as one type and wrong as another.
    const key = `${JSON.stringify(reading)} ${digestOf(pieces)}`;
    if (this.#known.has(key)) return pieces;
    const judge = makeJudge();
    const judged = [...pieces.flatMap((piece) => judge.push(piece)), ...judge.end()];
    if (!Buffer.concat(judged).equals(Buffer.concat(pieces))) return judged;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(key);
    return pieces;
  }
}

function digestOf(pieces: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('base64');
}
