// Is this package what the gate sealed? Answered with the gate's public key alone, by code that shares with the writers only the
// definition of the bytes. The order of the checks is part of the answer: see docs/spec/package.md, "Verification".
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parseVerifierKey } from '../domain/formats/signed-note.js';
import { Problem } from '../domain/problem.js';
import { checkBinding, checkDisclosures, checkPlans } from './check-binding.js';
import { checkChain } from './check-chain.js';
import { checkFiles } from './check-files.js';
import { checkItems, checkNarrowing } from './check-narrowing.js';
import { checkCosignatures, checkProofs, isIncluded } from './check-proofs.js';
import { openManifest } from './open-manifest.js';
import { Broken } from './package-fault.js';
import type { PackageFault } from './package-fault.js';
import { readHistory } from './read-history.js';
import { openSource } from './source.js';
import type { Source } from './source.js';

export type PackageVerdict = { intact: true; requestId: string; files: number; entries: number } | { intact: false; fault: PackageFault };

/**
 * `path` is a ZIP file or a folder; `publicKeyPem` the gate's Ed25519 key (PEM, SPKI), which comes from outside the package: a key
 * that travels with the evidence proves nothing. `witnesses`: verifier keys of those who must have cosigned the checkpoint, from
 * outside too. Streams; memory does not grow with the footage. Problems: `not-found` (no package at this place), `key-invalid`.
 */
export async function verifyPackage(path: string, publicKeyPem: string, witnesses: readonly string[] = []): Promise<PackageVerdict> {
  const key = readKey(publicKeyPem);
  witnesses.forEach(expectWitnessKey);
  try {
    const source = await openSource(path);
    try {
      return await verifySource(source, key, witnesses);
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof Broken) return { intact: false, fault: { code: error.code, where: error.where } };
    throw error;
  }
}

/** The history comes before the files: only it can tell a swapped manifest from swapped files. */
async function verifySource(source: Source, key: KeyObject, witnesses: readonly string[]): Promise<PackageVerdict> {
  const { manifest, sha256 } = await openManifest(source, key);
  const history = await readHistory(source);
  await checkChain(history.lines, manifest.requestId, (line) => isIncluded(source, manifest.log, line));
  await checkProofs(source, history.lines, manifest.log);
  await checkCosignatures(source, manifest.log, witnesses);
  checkPlans(history);
  checkItems(history);
  checkBinding(manifest, sha256, history);
  checkNarrowing(manifest, history);
  await checkFiles(source, manifest, history.lines);
  checkDisclosures(manifest, history);
  source.settle();
  return { intact: true, requestId: manifest.requestId, files: manifest.files.length, entries: history.lines.length };
}

function expectWitnessKey(vkey: string): void {
  try {
    parseVerifierKey(vkey, 'cosignature');
  } catch {
    throw new Problem('key-invalid', 'The witness’s key is not a verifier key of a witness, name+id+key, as exportgate witness prints it.');
  }
}

function readKey(pem: string): KeyObject {
  try {
    // OpenSSL would take a private key too, and derive the public one: whoever passes it here has it in the wrong place.
    const key = createPublicKey({ key: pem, format: 'pem' });
    if (key.asymmetricKeyType === 'ed25519' && !pem.includes('PRIVATE KEY')) return key;
  } catch {
    // Told below: what OpenSSL says of it helps nobody.
  }
  throw new Problem('key-invalid', 'The key is not an Ed25519 public key in PEM form (-----BEGIN PUBLIC KEY-----).');
}
