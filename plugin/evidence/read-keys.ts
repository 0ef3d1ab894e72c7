// The gate's public keys as a receiver holds them: one PEM block, or one behind the other after the gate changed its key.
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { algorithmOf } from '../domain/formats/key-algorithm.js';
import { Problem } from '../domain/problem.js';

/** As many as the gate keeps of a kind. */
const mostKeys = 32;
const mostCharacters = 64 * 1024;
const block = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;

/** Problem `key-invalid`: not public keys of a kind that signs packages, or more than 32. */
export function readKeys(pem: string): KeyObject[] {
  const blocks = pem.length > mostCharacters ? [] : [...pem.matchAll(block)];
  // OpenSSL would take a private key too, and derive the public one: whoever passes it here has it in the wrong place.
  const keys = blocks.flatMap(([text, label]) => (label === 'PUBLIC KEY' ? (readKey(text) ?? []) : []));
  const isWhole = keys.length > 0 && keys.length === blocks.length && blocks.length === (pem.match(/-----BEGIN /g)?.length ?? 0);
  if (isWhole && keys.length <= mostKeys) return keys;
  throw new Problem(
    'key-invalid',
    `The key is not an Ed25519 or SM2 public key in PEM form (-----BEGIN PUBLIC KEY-----), nor up to ${mostKeys} of them behind each other.`,
  );
}

function readKey(pem: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: pem, format: 'pem' });
    return algorithmOf(key) ? key : null;
  } catch {
    // Told above: what OpenSSL says of it helps nobody.
    return null;
  }
}
