// Offline proof that an entry is in a log (c2sp.org/tlog-proof@v1): place, hashes, checkpoint, in one file.
import { decodeBase64 } from './base64.js';
import { parseCount } from './checkpoint.js';
import { FormatError } from './format-error.js';

const header = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves is 53 levels high; the specification allows 63. */
const maxHashes = 63;

export interface TlogProof {
  index: number;
  proof: Buffer[];
  /** The signed note, to be opened with the log's verifier key. */
  checkpoint: string;
}

/** `checkpoint` is the signed note of the tree that `proof` belongs to. */
export const tlogProof = (index: number, proof: readonly Buffer[], checkpoint: string): string =>
  [header, `index ${index}`, ...proof.map((hash) => hash.toString('base64')), '', checkpoint].join('\n');

/** Takes the form that `tlogProof` writes and no other (no `extra` line). Nothing is verified yet. Throws FormatError. */
export function parseTlogProof(text: string): TlogProof {
  const border = text.indexOf('\n\n');
  if (border < 0) throw new FormatError('The proof has no empty line before its checkpoint.');
  const [first, place, ...hashes] = text.slice(0, border).split('\n');
  if (first !== header || !place?.startsWith('index ')) throw new FormatError(`The proof does not begin with ${header} and an index.`);
  if (hashes.length > maxHashes) throw new FormatError(`The proof has more than ${maxHashes} hashes.`);
  const proof = hashes.map((hash) => decodeBase64(hash, 'A hash of the proof'));
  if (proof.some((hash) => hash.length !== 32)) throw new FormatError('A hash of the proof has not 32 bytes.');
  return { index: parseCount(place.slice('index '.length)), proof, checkpoint: text.slice(border + 2) };
}
