// The gate's signature under a manifest: a DSSE envelope that carries the very bytes.
import type { KeyObject } from 'node:crypto';
import { signEnvelope } from '../domain/formats/dsse.js';
import { keyIdOf } from '../domain/formats/key-id.js';
import { manifestPayloadType } from './manifest-schema.js';

/** Text of manifest.dsse.json for the bytes of manifest.json; `key` is the gate's Ed25519 private key, named by SHA-256 of its SPKI. */
export const signManifest = (manifest: Buffer, key: KeyObject): string => signEnvelope(manifestPayloadType, manifest, keyIdOf(key), key);
