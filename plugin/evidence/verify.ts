// Is this package what the gate sealed? Answered with the gate's public key alone, by code that shares with the writers only the
// definition of the bytes. The order of the checks is part of the answer: see docs/spec/package.md, "Verification".
import type { KeyObject, X509Certificate } from 'node:crypto';
import type { SigningAlgorithm } from '../domain/formats/key-algorithm.js';
import { parseVerifierKey } from '../domain/formats/signed-note.js';
import { Problem } from '../domain/problem.js';
import { checkBinding, checkDisclosures, checkPlans, sealOf } from './check-binding.js';
import { checkChain } from './check-chain.js';
import { checkContents, checkDelivery } from './check-delivery.js';
import { checkFiles } from './check-files.js';
import { checkItems, checkNarrowing } from './check-narrowing.js';
import { checkCosignatures, checkProofs, isIncluded } from './check-proofs.js';
import { readAuthorities } from './check-time-stamp.js';
import { openManifest } from './open-manifest.js';
import { openTimeStamp } from './open-time-stamp.js';
import type { StampVerdict } from './open-time-stamp.js';
import { Broken } from './package-fault.js';
import type { PackageFault } from './package-fault.js';
import { readHistory } from './read-history.js';
import { readKeys } from './read-keys.js';
import { openSource } from './source.js';
import type { Source } from './source.js';

/** `keyId`: by which of the keys, SHA-256 of its SubjectPublicKeyInfo, hex. `contents`: what the papers name, SHA-256 in hex. */
export type PackageVerdict =
  | { intact: true; requestId: string; files: number; entries: number; keyId: string; algorithm: SigningAlgorithm; contents: string; timeStamp: StampVerdict }
  | { intact: false; fault: PackageFault };

/** Who else is believed, each from outside the package like the key. */
export interface Trusted {
  /** Verifier keys of those who must have cosigned the checkpoint. */
  witnesses?: readonly string[];
  /** Authorities of time stamps; left out, a stamp is not checked. */
  authoritiesPem?: string | null;
}

/**
 * `path` is a ZIP file or a folder; `publicKeyPem` the gate's key (PEM, SPKI; Ed25519 or SM2), or several behind each other, which come from
 * outside the package: a key that travels with the evidence proves nothing. Streams; memory does not grow with the footage. Problems:
 * `not-found` (no package at this place), `key-invalid`.
 */
export async function verifyPackage(path: string, publicKeyPem: string, { witnesses = [], authoritiesPem = null }: Trusted = {}): Promise<PackageVerdict> {
  const keys = readKeys(publicKeyPem);
  witnesses.forEach(expectWitnessKey);
  const authorities = authoritiesPem === null ? null : authoritiesOf(authoritiesPem);
  try {
    const source = await openSource(path);
    try {
      return await verifySource(source, { keys, witnesses, authorities });
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof Broken) return { intact: false, fault: { code: error.code, where: error.where } };
    throw error;
  }
}

/** The history comes before the files: only it can tell a swapped manifest from swapped files. */
async function verifySource(
  source: Source,
  { keys, witnesses, authorities }: { keys: readonly KeyObject[]; witnesses: readonly string[]; authorities: readonly X509Certificate[] | null },
): Promise<PackageVerdict> {
  const { manifest, sha256, keyId, algorithm } = await openManifest(source, keys);
  const history = await readHistory(source);
  await checkChain(history.lines, manifest.requestId, (line) => isIncluded(source, manifest.log, line));
  await checkProofs(source, history.lines, manifest.log);
  await checkCosignatures(source, manifest.log, witnesses);
  checkPlans(history);
  checkItems(history);
  checkBinding(manifest, sha256, history);
  checkNarrowing(manifest, history);
  checkDelivery(manifest, history);
  checkContents(manifest);
  const seal = sealOf(manifest, history);
  const timeStamp = await openTimeStamp(source, seal, authorities);
  await checkFiles(source, manifest, history, seal);
  checkDisclosures(manifest, history);
  source.settle();
  return {
    intact: true,
    requestId: manifest.requestId,
    files: manifest.files.length,
    entries: history.lines.length,
    keyId,
    algorithm,
    contents: manifest.contents.sha256,
    timeStamp,
  };
}

function authoritiesOf(pem: string): X509Certificate[] {
  try {
    const found = readAuthorities(pem);
    if (found.length > 0) return found;
  } catch {
    // Told below.
  }
  throw new Problem('key-invalid', 'The authorities of time stamps are not certificates in PEM form (-----BEGIN CERTIFICATE-----).');
}

function expectWitnessKey(vkey: string): void {
  try {
    parseVerifierKey(vkey, 'cosignature');
  } catch {
    throw new Problem('key-invalid', 'The witness’s key is not a verifier key of a witness, name+id+key, as exportgate witness prints it.');
  }
}
