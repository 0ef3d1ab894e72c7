// The gate's signature under a manifest: a DSSE envelope that carries the very bytes.
import type { KeyObject } from 'node:crypto';
import { signEnvelope } from '../domain/formats/dsse.js';
import { keyIdOf } from '../domain/formats/key-id.js';
import { manifestPayloadType } from './manifest-schema.js';
import { signBytes } from './signature.js';

/** Text of manifest.dsse.json for the bytes of manifest.json; `key` is the gate's private key, Ed25519 or SM2, named by SHA-256 of its SPKI. */
export const signManifest = (manifest: Buffer, key: KeyObject): string =>
  signEnvelope(manifestPayloadType, manifest, keyIdOf(key), key, signBytes);
