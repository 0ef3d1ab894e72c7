// The log's own papers: signed note and checkpoint (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), and the offline proof
// (c2sp.org/tlog-proof@v1). Each function answers null where the text is not one, or is not signed.
import { fromBase64, hexOf, joinBytes, sameBytes, utf8 } from './bytes.js';
import { verifyEd25519 } from './ed25519.js';
import { sha256 } from './sha256.js';

export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}
export interface Proof {
  index: number;
  hashes: Uint8Array[];
  /** The signed note in it. */
  note: string;
}

const isName = (name: string): boolean => /^[^\s+\u0085]{1,255}$/u.test(name) && !isForbidden(name);
/** Control characters would hide a second text from who reads the first. */
const isForbidden = (text: string): boolean => /[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u.test(text);

/** name+id+key: `id` is the first four bytes of SHA-256(name ‖ 0A ‖ type ‖ key), type 1 is Ed25519. */
function readVerifierKey(vkey: string): { name: string; id: Uint8Array; raw: Uint8Array } | null {
  const [, name, id, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey) ?? [];
  const typed = base64 === undefined ? null : fromBase64(base64);
  if (name === undefined || !isName(name) || typed?.length !== 33 || typed[0] !== 1) return null;
  const made = sha256(utf8(`${name}\n`), typed).subarray(0, 4);
  return hexOf(made) === id ? { name, id: made, raw: typed.subarray(1) } : null;
}

/** The text over exactly one good signature of this key; lines of other keys are passed over. */
function openNote(note: string, vkey: string): string | null {
  const key = readVerifierKey(vkey);
  const border = note.lastIndexOf('\n\n');
  if (key === null || note.length > 65_536 || border < 0 || !note.endsWith('\n')) return null;
  const text = note.slice(0, border + 1);
  const lines = note
    .slice(border + 2, -1)
    .split('\n')
    .map(readSignature);
  if (isForbidden(text) || lines.length > 100 || lines.includes(null)) return null;
  const ours = lines.filter((line) => line!.name === key.name && sameBytes(line!.bytes.subarray(0, 4), key.id));
  return ours.length === 1 && verifyEd25519(key.raw, utf8(text), ours[0]!.bytes.subarray(4)) ? text : null;
}

function readSignature(line: string): { name: string; bytes: Uint8Array } | null {
  const [, name, base64] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = base64 === undefined ? null : fromBase64(base64);
  return name !== undefined && isName(name) && bytes !== null && bytes.length >= 5 ? { name, bytes } : null;
}

/** Origin, size and root, if the log with this verifier key signed them. */
export function openCheckpoint(note: string, vkey: string): Checkpoint | null {
  const lines = openNote(note, vkey)?.split('\n');
  if (lines?.length !== 4 || lines[0] === '' || lines[3] !== '') return null;
  const [size, root] = [readCount(lines[1]!), fromBase64(lines[2]!)];
  return size !== null && root?.length === 32 ? { origin: lines[0]!, size, root } : null;
}

export function readProof(text: string): Proof | null {
  const border = text.indexOf('\n\n');
  const [head, place, ...told] = text.slice(0, Math.max(border, 0)).split('\n');
  if (border < 0 || head !== 'c2sp.org/tlog-proof@v1' || !place?.startsWith('index ') || told.length > 63) return null;
  const [index, hashes] = [readCount(place.slice(6)), told.map(fromBase64)];
  if (index === null || !hashes.every((hash) => hash?.length === 32)) return null;
  return { index, hashes: hashes as Uint8Array[], note: text.slice(border + 2) };
}

function readCount(text: string): number | null {
  return /^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}

/** Every text one bit away from that of a hash, as the hash it then spells. */
export function* nearHashes(hash: Uint8Array): Generator<Uint8Array> {
  const text = utf8(btoa(String.fromCharCode(...hash)));
  for (let bit = 0; bit < text.length * 8; bit++) {
    const flipped = joinBytes(text);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    const near = fromBase64(String.fromCharCode(...flipped));
    if (near?.length === 32) yield near;
  }
}
