// What a log sends to a witness (c2sp.org/tlog-witness, add-checkpoint), and what the witness answers.
import { decodeBase64 } from './base64.js';
import { parseCount } from './checkpoint.js';
import { FormatError } from './format-error.js';

const maxHashes = 63;

/** Media type of the answer 409, whose body is the size that the witness knows. */
export const sizeMediaType = 'text/x.tlog.size';

export interface AddCheckpoint {
  /** Size of the checkpoint that the witness cosigned last; 0 where there was none. */
  old: number;
  /** Consistency proof from there. */
  proof: Buffer[];
  /** The signed note. */
  note: string;
}

export const addCheckpointBody = ({ old, proof, note }: AddCheckpoint): string =>
  [`old ${old}`, ...proof.map((hash) => hash.toString('base64')), '', note].join('\n');

/** Nothing is verified yet. Throws FormatError. */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const border = text.indexOf('\n\n');
  if (border < 0) throw new FormatError('There is no empty line before the checkpoint.');
  const [first, ...hashes] = text.slice(0, border).split('\n');
  if (!first?.startsWith('old ')) throw new FormatError('The first line is not “old” and a size.');
  if (hashes.length > maxHashes) throw new FormatError(`A proof has at most ${maxHashes} hashes.`);
  const proof = hashes.map((hash) => decodeBase64(hash, 'A hash of the proof'));
  if (proof.some((hash) => hash.length !== 32)) throw new FormatError('A hash of the proof has not 32 bytes.');
  return { old: parseCount(first.slice('old '.length)), proof, note: text.slice(border + 2) };
}
