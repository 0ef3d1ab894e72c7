// The gate's public key, as a person brings it: gate.pub (PEM), and its fingerprint from a paper.
import { fromBase64, hexOf, sameBytes } from './bytes.js';
import { sha256 } from './sha256.js';

export interface GateKey {
  /** 32 bytes. */
  raw: Uint8Array;
  /** Hex SHA-256 of the SubjectPublicKeyInfo (DER): what stands on papers, and what the envelope names. */
  fingerprint: string;
}

/** SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410 section 4). */
const spkiHead = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** After a rotation gate.pub has former keys too. */
const mostKeys = 32;
const block = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/g;

/** null where the text is not Ed25519 public keys in PEM form, one or several behind each other. */
export function readGateKeys(pem: string): GateKey[] | null {
  const bodies = [...pem.matchAll(block)].map(([, body]) => body!);
  if (bodies.length === 0 || bodies.length > mostKeys || pem.replace(block, '').trim() !== '') return null;
  const keys = bodies.map(readBody);
  return keys.every((key) => key !== null) ? keys : null;
}

function readBody(body: string): GateKey | null {
  const der = fromBase64(body.replace(/\s/g, ''));
  if (der === null || der.length !== 44 || !sameBytes(der.subarray(0, 12), spkiHead)) return null;
  return { raw: der.subarray(12), fingerprint: hexOf(sha256(der)) };
}

/** 64 hex digits, in groups or not, large or small; null where the text is something else. */
export function readFingerprint(text: string): string | null {
  const hex = text
    .toLowerCase()
    .replace(/^\s*sha-?256\s*:/, '')
    .replace(/[\s:·-]/g, '');
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}
