// Signed note (c2sp.org/signed-note): a text that a person can read, with Ed25519 signature lines under it.
import { createHash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { decodeBase64 } from './base64.js';
import { FormatError } from './format-error.js';
import { publicKeyFromRaw, rawPublicKey } from './key-id.js';

/** Signature types, which are also the first byte of the key in a verifier key: of a log, and of a witness (c2sp.org/tlog-cosignature). */
const types = { ed25519: 0x01, cosignature: 0x04 } as const;
export type SignatureType = keyof typeof types;
const maxNoteLength = 65_536;
const maxSignatures = 100;

// Control characters could hide a second text from who reads the first; newline alone is allowed.
const forbidden = /[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u;
const namePattern = /^[^\s+\u0085]{1,255}$/u;

export interface VerifierKey {
  name: string;
  id: Buffer;
  key: KeyObject;
}

/** First four bytes of SHA-256(name ‖ newline ‖ type ‖ key): a hint for finding the key, not a proof. */
export const noteKeyId = (name: string, publicKeyRaw: Buffer, type: SignatureType = 'ed25519'): Buffer =>
  createHash('sha256').update(`${name}\n`).update(Buffer.of(types[type])).update(publicKeyRaw).digest().subarray(0, 4);

/** The verifier key that a stranger needs: `name+hex id+base64(type ‖ key)`. */
export function verifierKey(name: string, key: KeyObject, type: SignatureType = 'ed25519'): string {
  expectName(name);
  const raw = rawPublicKey(key);
  return `${name}+${noteKeyId(name, raw, type).toString('hex')}+${Buffer.concat([Buffer.of(types[type]), raw]).toString('base64')}`;
}

/** Signs `text`, which must end in a newline. Throws FormatError where text or name cannot stand in a note. */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  expectName(name);
  expectText(text);
  return `${text}\n${signatureLine(name, noteKeyId(name, rawPublicKey(privateKey)), sign(null, Buffer.from(text), privateKey))}`;
}

/** `— name base64(id ‖ signature)` and a newline. */
export const signatureLine = (name: string, id: Buffer, signature: Buffer): string =>
  `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;

/** Text of a note whose signatures nobody has looked at yet. Throws FormatError. */
export const unverifiedText = (note: string): string => splitNote(note).text;

/**
 * Text of a note that carries a good signature of `vkey`. Lines of unknown keys are ignored, as the specification wants.
 * Throws FormatError: `malformed`, `key-foreign` (no line of this key), `signature-bad`.
 */
export function openNote(note: string, vkey: string): string {
  const known = parseVerifierKey(vkey);
  const { text, signature } = signedBy(note, known);
  if (!verify(null, Buffer.from(text), known.key, signature))
    throw new FormatError(`The signature of ${known.name} does not fit the note.`, 'signature-bad');
  return text;
}

/** The text, and what this key is said to have signed it with, not verified yet. Throws FormatError `malformed`, `key-foreign`. */
export function signedBy(note: string, known: Pick<VerifierKey, 'name' | 'id'>): { text: string; signature: Buffer } {
  const { text, lines } = splitNote(note);
  const ours = lines.map(parseSignature).filter(({ name, bytes }) => name === known.name && bytes.subarray(0, 4).equals(known.id));
  if (ours.length === 0) throw new FormatError(`The note carries no signature of ${known.name}.`, 'key-foreign');
  // Exactly one: a repeated line would give the same note two spellings.
  if (ours.length > 1) throw new FormatError(`The note carries several signatures of ${known.name}.`);
  return { text, signature: ours[0]!.bytes.subarray(4) };
}

function splitNote(note: string): { text: string; lines: string[] } {
  if (note.length > maxNoteLength) throw new FormatError(`The note is longer than ${maxNoteLength} characters.`);
  const border = note.lastIndexOf('\n\n');
  if (border < 0 || !note.endsWith('\n')) throw new FormatError('The note has no signature lines behind an empty line.');
  const text = note.slice(0, border + 1);
  expectText(text);
  const lines = note.slice(border + 2, -1).split('\n');
  if (lines.length > maxSignatures) throw new FormatError(`The note has more than ${maxSignatures} signatures.`);
  return { text, lines };
}

function parseSignature(line: string): { name: string; bytes: Buffer } {
  const [, name, base64] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  if (name === undefined || base64 === undefined) throw new FormatError('A signature line is not “— name base64”.');
  expectName(name);
  const bytes = decodeBase64(base64, 'A signature');
  if (bytes.length < 5) throw new FormatError('A signature is too short.');
  return { name, bytes };
}

/** Throws FormatError where it is not the verifier key of such a key. */
export function parseVerifierKey(vkey: string, type: SignatureType = 'ed25519'): VerifierKey {
  const [, name, hex, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey) ?? [];
  if (name === undefined || hex === undefined || base64 === undefined) throw new FormatError('The verifier key is not “name+id+key”.');
  expectName(name);
  const typed = decodeBase64(base64, 'The verifier key');
  if (typed[0] !== types[type] || typed.length !== 33)
    throw new FormatError(`The verifier key is not one of type ${types[type]} over Ed25519.`);
  const raw = typed.subarray(1);
  const id = noteKeyId(name, raw, type);
  if (id.toString('hex') !== hex) throw new FormatError('The verifier key does not have the id that it names.');
  return { name, id, key: publicKeyFromRaw(raw) };
}

function expectName(name: string): void {
  if (!namePattern.test(name) || forbidden.test(name)) throw new FormatError('A key name is neither empty nor has blanks or “+”.');
}

function expectText(text: string): void {
  if (!text.endsWith('\n') || forbidden.test(text)) throw new FormatError('A note ends in a newline and has no other control character.');
}
