// A body on its way out, judged while it passes. What is not yet judged is held back, and that is bounded.
import { GuardHit } from './guard-hit.js';
import { SNIFFED } from './magic.js';

export interface BodyJudge {
  /** What may leave now. Throws `GuardHit`. */
  push(chunk: Buffer): Buffer[];
  /** The rest. What came unfinished and cannot be judged stays. */
  end(): Buffer[];
  /** Bytes held back. */
  held(): number;
}

/** Judges how a body begins; what comes behind is judged by `rest`, or by nobody. */
export function judgeHead(check: (head: Buffer) => void, rest: BodyJudge = everything): BodyJudge {
  let parts: Buffer[] | null = [];
  let held = 0;
  const settle = (): Buffer[] => {
    const head = Buffer.concat(parts ?? []);
    // An empty body is nothing at all, whatever was announced.
    if (head.length > 0) check(head);
    parts = null;
    held = 0;
    return head.length > 0 ? rest.push(head) : [];
  };
  return {
    push(chunk) {
      if (!parts) return rest.push(chunk);
      parts.push(chunk);
      held += chunk.length;
      return held < SNIFFED ? [] : settle();
    },
    end: () => [...(parts ? settle() : []), ...rest.end()],
    held: () => held + rest.held(),
  };
}

/** Judges that a body has no more than `most` bytes, whatever its headers said. */
export function judgeLength(most: number, rest: BodyJudge): BodyJudge {
  let bytes = 0;
  return {
    push(chunk) {
      bytes += chunk.length;
      if (bytes > most) throw new GuardHit('too-large', `the body: more than ${most} bytes`);
      return rest.push(chunk);
    },
    end: () => rest.end(),
    held: () => rest.held(),
  };
}

/** Lets everything pass: for what is judged elsewhere. */
export const everything: BodyJudge = { push: (chunk) => [chunk], end: () => [], held: () => 0 };
