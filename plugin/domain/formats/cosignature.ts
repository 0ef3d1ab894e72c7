// Cosignature (c2sp.org/tlog-cosignature, Ed25519): a witness says that it saw the log grow to this checkpoint, and when.
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { FormatError } from './format-error.js';
import { rawPublicKey } from './key-id.js';
import { noteKeyId, parseVerifierKey, signatureLine, signedBy } from './signed-note.js';

const timeBytes = 8;
const signatureBytes = 64;

/** What is signed: two lines in front of the whole text, so that it can pass for no signature of a log. */
const messageOf = (text: string, seconds: bigint): Buffer => Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);

/** The signature line, with its newline, under the text of a checkpoint. Throws FormatError where the key is not Ed25519. */
export function cosign(text: string, name: string, privateKey: KeyObject, at: Date): string {
  const seconds = BigInt(Math.floor(at.getTime() / 1000));
  const time = Buffer.alloc(timeBytes);
  time.writeBigUInt64BE(seconds);
  const id = noteKeyId(name, rawPublicKey(privateKey), 'cosignature');
  return signatureLine(name, id, Buffer.concat([time, sign(null, messageOf(text, seconds), privateKey)]));
}

/** When the witness of `vkey` cosigned this note. Throws FormatError: `malformed`, `key-foreign` (it did not), `signature-bad`. */
export function openCosignature(note: string, vkey: string): Date {
  const known = parseVerifierKey(vkey, 'cosignature');
  const { text, signature } = signedBy(note, known);
  if (signature.length !== timeBytes + signatureBytes) throw new FormatError('A cosignature is a time and an Ed25519 signature.');
  const seconds = signature.readBigUInt64BE();
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) throw new FormatError('The time of a cosignature is beyond any calendar.');
  if (!verify(null, messageOf(text, seconds), known.key, signature.subarray(timeBytes)))
    throw new FormatError(`The cosignature of ${known.name} does not fit the note.`, 'signature-bad');
  return at;
}

/** Those of the lines that are good cosignatures of this note by one of these witnesses, one of each. */
export function goodCosignatures(note: string, lines: readonly string[], vkeys: readonly string[]): string[] {
  return vkeys.flatMap((vkey) => lines.find((line) => isCosigned(note + line, vkey)) ?? []);
}

/** Did the witness of `vkey` cosign this note? */
export function isCosigned(note: string, vkey: string): boolean {
  try {
    openCosignature(note, vkey);
    return true;
  } catch (thrown) {
    if (thrown instanceof FormatError) return false;
    throw thrown;
  }
}
