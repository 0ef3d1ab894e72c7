// DSSE v1.0.2 envelope: a body with its type, signed together, in one canonical form.
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { decodeBase64 } from './base64.js';
import { canonicalJson, parseCanonicalJson } from './canonical-json.js';
import { FormatError } from './format-error.js';
import { keyIdOf } from './key-id.js';

export interface Opened {
  payloadType: string;
  body: Buffer;
  keyid: string;
}

/** Pre-authentication encoding: what is signed. Lengths count bytes, so that type and body cannot be shifted into each other. */
export function preAuthEncoding(payloadType: string, body: Buffer): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
}

export type Signing = (bytes: Buffer, key: KeyObject) => Buffer;
export type Fitting = (bytes: Buffer, key: KeyObject, signature: Buffer) => boolean;
const ed25519 = {
  sign: ((bytes, key) => sign(null, bytes, key)) satisfies Signing,
  fits: ((bytes, key, signature) => verify(null, bytes, key, signature)) satisfies Fitting,
};

/** Canonical JSON text of the envelope; `key` is a private key, Ed25519 unless `by` signs with others, `keyid` its name (`keyIdOf`). */
export function signEnvelope(payloadType: string, body: Buffer, keyid: string, key: KeyObject, by: Signing = ed25519.sign): string {
  const sig = by(preAuthEncoding(payloadType, body), key).toString('base64');
  return canonicalJson({ payload: body.toString('base64'), payloadType, signatures: [{ keyid, sig }] });
}

/**
 * What a key signed: the very bytes. Takes the form that `signEnvelope` writes and no other, one signature, by this key.
 * Throws FormatError: `malformed`, `key-foreign` (names another key and does not fit ours), `signature-bad`.
 */
export function openEnvelope(text: string, publicKey: KeyObject, by: Fitting = ed25519.fits): Opened {
  const { payload, payloadType, keyid, sig } = parseEnvelope(text);
  const body = decodeBase64(payload, 'The payload');
  const fits = by(preAuthEncoding(payloadType, body), publicKey, decodeBase64(sig, 'The signature'));
  const named = keyid === keyIdOf(publicKey);
  if (!fits && !named) throw new FormatError('The envelope is signed by another key.', 'key-foreign');
  if (!fits) throw new FormatError('The signature does not fit the envelope.', 'signature-bad');
  // The specification calls keyid a hint. Ours has one right value, so that no bit of the file may change unnoticed.
  if (!named) throw new FormatError('The envelope names another key than the one that signed it.');
  return { payloadType, body, keyid };
}

function parseEnvelope(text: string): { payload: string; payloadType: string; keyid: string; sig: string } {
  const envelope = expectMembers(parseCanonicalJson(text), ['payload', 'payloadType', 'signatures']);
  const { payload, payloadType, signatures } = envelope;
  if (!Array.isArray(signatures) || signatures.length !== 1) throw new FormatError('An envelope of ours has one signature.');
  const { keyid, sig } = expectMembers(signatures[0], ['keyid', 'sig']);
  if (typeof payload !== 'string' || typeof payloadType !== 'string' || typeof keyid !== 'string' || typeof sig !== 'string')
    throw new FormatError('A member of the envelope is not a text.');
  return { payload, payloadType, keyid, sig };
}

function expectMembers(value: unknown, names: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== names.join())
    throw new FormatError(`The envelope has other members than ${names.join(', ')}.`);
  return value as Record<string, unknown>;
}
