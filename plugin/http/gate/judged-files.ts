// Files of the system's own web folder that were judged before. A page asks for a dozen of them, always the same: what was read through once,
// and went out as it came, is known again by its digest, byte for byte.
import { hash } from 'node:crypto';
import type { Reading } from './answer-reading.js';
import type { BodyJudge } from './body-judge.js';

/** Of a system's skins there are a few hundred. */
const MOST_KNOWN = 4096;

export class JudgedFiles {
  readonly #known = new Set<string>();

  /** What may leave of a whole file. Throws `GuardHit`. `judge` is made, and asked, only for one that is not known. */
  judge(reading: Reading, file: Buffer, makeJudge: () => BodyJudge): Buffer {
    // The same bytes may be right as one type and wrong as another.
    const key = `${JSON.stringify(reading)} ${hash('sha256', file, 'base64')}`;
    if (this.#known.has(key)) return file;
    const judge = makeJudge();
    const judged = Buffer.concat([...judge.push(file), ...judge.end()]);
    if (!judged.equals(file)) return judged;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(key);
    return file;
  }
}
