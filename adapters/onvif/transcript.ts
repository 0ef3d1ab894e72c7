// What was said to the recorder and what it answered, without credentials: as one hash for the report, as text for who examines it.
import { createHash } from 'node:crypto';

export interface Transcript {
  /** One message. The caller leaves credentials and challenges out; a login inside an address, or a listed password, is blotted out here. */
  note(direction: '>' | '<', text: string): void;
  /** Hex. */
  sha256(): string;
  /** What was noted, where it was to be kept; else empty. Ends with a line that says so where it was longer than 4 MB. */
  text(): string;
}

const longestText = 4 * 1024 * 1024;

/** Some recorders put the login into the replay address (`rtsp://user:password@…`); lists of users may hold passwords. */
const blot = (text: string): string =>
  text
    .replace(/(\b[a-z]{3,6}:\/\/)[^\s/?#<>"]{0,256}@/gi, '$1[login]@')
    .replace(/([?&;](?:user|username|usr|pwd|pass|passwd|password)=)[^&;\s<>"]{1,256}/gi, '$1[login]')
    .replace(/(<(?:[\w.-]{1,32}:)?Password(?:\s[^<>]{0,256})?>)[^<]{1,1024}(?=<)/g, '$1[password]');

export function makeTranscript({ keep = false }: { keep?: boolean } = {}): Transcript {
  const hash = createHash('sha256');
  const kept: string[] = [];
  let bytes = 0;
  const note: Transcript['note'] = (direction, text) => {
    const message = blot(text);
    const length = Buffer.byteLength(message);
    hash.update(`${direction} ${length}\n${message}\n`);
    if (!keep || bytes > longestText) return;
    bytes += length + 4;
    kept.push(bytes > longestText ? '[longer than 4 MB: the rest is left out]\n' : `${direction} ${message}\n\n`);
  };
  return { note, sha256: () => hash.copy().digest('hex'), text: () => kept.join('') };
}
