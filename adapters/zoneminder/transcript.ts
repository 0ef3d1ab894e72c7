// What was said to a ZoneMinder and what it answered, without credentials: as one hash for the report, as text for who examines it.
import { createHash } from 'node:crypto';

export interface Transcript {
  /** One message. The caller leaves tokens and logins out. */
  note(direction: '>' | '<', text: string): void;
  /** Hex. */
  sha256(): string;
  /** What was noted, where it was to be kept; else empty. Ends with a line that says so where it was longer than 1 MB. */
  text(): string;
}

const longestText = 1024 * 1024;

export function makeTranscript({ keep = false }: { keep?: boolean } = {}): Transcript {
  const hash = createHash('sha256');
  const kept: string[] = [];
  let bytes = 0;
  return {
    note(direction, text) {
      const length = Buffer.byteLength(text);
      hash.update(`${direction} ${length}\n${text}\n`);
      if (!keep || bytes > longestText) return;
      bytes += length + 4;
      kept.push(bytes > longestText ? '[longer than 1 MB: the rest is left out]\n' : `${direction} ${text}\n\n`);
    },
    sha256: () => hash.copy().digest('hex'),
    text: () => kept.join(''),
  };
}
