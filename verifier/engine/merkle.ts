// The tree that the log is (RFC 6962 section 2.1), as far as a receiver needs it.
import { sha256 } from './sha256.js';

export const leafHash = (data: Uint8Array): Uint8Array => sha256(Uint8Array.of(0), data);
const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(Uint8Array.of(1), left, right);

/** Root to which a proof leads (RFC 9162 section 2.1.3.2); null where it does not fit place and size. */
export function rootOfProof(index: number, size: number, leaf: Uint8Array, proof: readonly Uint8Array[]): Uint8Array | null {
  if (index >= size) return null;
  // Beyond 32 bits: halves of plain numbers, no shifts.
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return null;
    const isRight = place % 2 === 1;
    if (isRight || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2 === 0 && place > 0) {
        place /= 2;
        last = Math.floor(last / 2);
      }
    } else hash = nodeHash(hash, sibling);
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}
