// The gate's public key, as a person brings it: gate.pub (PEM), and its fingerprint from a paper.
import { fromBase64, hexOf } from './bytes.js';
import { verifyEd25519 } from './ed25519.js';
import { sha256 } from './sha256.js';
import { verifySm2 } from './sm2.js';

export interface GateKey {
  /** 32 bytes of Ed25519; of SM2 x and y, 64 bytes. */
  raw: Uint8Array;
  /** Hex SHA-256 of the SubjectPublicKeyInfo (DER): what stands on papers, and what the envelope names. */
  fingerprint: string;
}

/** SubjectPublicKeyInfo up to the key itself, in hex, and the key's bytes: Ed25519 (RFC 8410 section 4), SM2 (RFC 5480, not compressed). */
const kinds = [
  ['302a300506032b6570032100', 32],
  ['3059301306072a8648ce3d020106082a811ccf5501822d03420004', 64],
] as const;

/** After a rotation gate.pub has former keys too. */
const mostKeys = 32;
const block = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/g;

/** null where the text is not public keys, Ed25519 or SM2, in PEM form, one or several behind each other. */
export function readGateKeys(pem: string): GateKey[] | null {
  const bodies = [...pem.matchAll(block)].map(([, body]) => body!);
  if (bodies.length === 0 || bodies.length > mostKeys || pem.replace(block, '').trim() !== '') return null;
  const keys = bodies.map(readBody);
  return keys.every((key) => key !== null) ? keys : null;
}

function readBody(body: string): GateKey | null {
  const der = fromBase64(body.replace(/\s/g, ''));
  if (der === null) return null;
  const kind = kinds.find(([head, bytes]) => der.length === head.length / 2 + bytes && hexOf(der).startsWith(head));
  return kind ? { raw: der.subarray(-kind[1]), fingerprint: hexOf(sha256(der)) } : null;
}

/** Did the holder of this key sign this? */
export const isSignedBy = ({ raw }: GateKey, message: Uint8Array, signature: Uint8Array): boolean =>
  raw.length === 64 ? verifySm2(raw, message, signature) : verifyEd25519(raw, message, signature);

/** 64 hex digits, in groups or not, large or small; null where the text is something else. */
export function readFingerprint(text: string): string | null {
  const hex = text
    .toLowerCase()
    .replace(/^\s*sha-?256\s*:/, '')
    .replace(/[\s:·-]/g, '');
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}
