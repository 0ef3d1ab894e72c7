// What was said to the recorder and what it answered, without credentials, as one hash for the report.
import { createHash } from 'node:crypto';

export interface Transcript {
  /** One message. The caller leaves credentials and challenges out. */
  note(direction: '>' | '<', text: string): void;
  sha256(): string;
}

export function makeTranscript(): Transcript {
  const hash = createHash('sha256');
  return {
    note: (direction, text) => void hash.update(`${direction} ${Buffer.byteLength(text)}\n${text}\n`),
    sha256: () => hash.copy().digest('hex'),
  };
}
