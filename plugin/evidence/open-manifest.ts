// The manifest, if the gate with this key signed these very bytes.
import type { KeyObject } from 'node:crypto';
import { parseCanonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import { openEnvelope } from '../domain/formats/dsse.js';
import type { Opened } from '../domain/formats/dsse.js';
import { FormatError } from '../domain/formats/format-error.js';
import { algorithmOf } from '../domain/formats/key-algorithm.js';
import type { SigningAlgorithm } from '../domain/formats/key-algorithm.js';
import { decodeText } from './decode-text.js';
import { envelopePath, manifestPath, maxManifestBytes } from './layout.js';
import { manifestPayloadType, manifestSchema } from './manifest-schema.js';
import type { Manifest } from './manifest-schema.js';
import { Broken } from './package-fault.js';
import { fitsSignature } from './signature.js';
import { readWhole } from './source.js';
import type { Source } from './source.js';

export interface OpenedManifest {
  manifest: Manifest;
  /** Of manifest.json, hex. */
  sha256: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the key that signed, hex. */
  keyId: string;
  algorithm: SigningAlgorithm;
}

/** `keys`: all that the gate ever signed manifests with. Throws Broken: `file-missing`, `key-foreign`, `manifest-changed`. */
export async function openManifest(source: Source, keys: readonly KeyObject[]): Promise<OpenedManifest> {
  const bytes = await readWhole(source, manifestPath, maxManifestBytes, 'manifest-changed');
  const envelope = decodeText(await readWhole(source, envelopePath, 2 * maxManifestBytes, 'manifest-changed'));
  const opened = openSigned(envelope, keys);
  if (opened.payloadType !== manifestPayloadType) throw new Broken('manifest-changed', envelopePath);
  if (!opened.body.equals(bytes)) throw new Broken('manifest-changed', manifestPath);
  return { manifest: parseManifest(bytes), sha256: sha256Hex(bytes), keyId: opened.keyid, algorithm: opened.algorithm };
}

type OpenedBy = Opened & { algorithm: SigningAlgorithm };

/** By the one of these keys that signed it: each of the others finds it foreign. */
function openSigned(envelope: string | null, keys: readonly KeyObject[]): OpenedBy {
  try {
    if (envelope === null) throw new FormatError('The envelope is not UTF-8 text.');
    const opened = keys.map((key) => openBy(envelope, key)).find((it) => it !== null);
    if (opened) return opened;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new Broken('manifest-changed', envelopePath);
  }
  throw new Broken('key-foreign', envelopePath);
}

/** Null where another key signed. Throws FormatError. */
function openBy(envelope: string, key: KeyObject): OpenedBy | null {
  try {
    return { ...openEnvelope(envelope, key, fitsSignature), algorithm: algorithmOf(key)! };
  } catch (error) {
    if (error instanceof FormatError && error.fault === 'key-foreign') return null;
    throw error;
  }
}

/** Signed, and yet not a manifest: of another version, or of a gate that is out of order. Either way nothing can be checked by it. */
function parseManifest(bytes: Buffer): Manifest {
  const text = decodeText(bytes);
  try {
    if (text !== null) return manifestSchema.parse(parseCanonicalJson(text));
  } catch {
    // The fault names the file; what exactly is wrong with it helps only who wrote it.
  }
  throw new Broken('manifest-changed', manifestPath);
}
