// A package that was found intact, still open: for who goes on working with what is in it.
import type { Manifest } from './manifest-schema.js';
import { openManifest } from './open-manifest.js';
import { readKeys } from './read-keys.js';
import { openSource, type Source } from './source.js';
import { verifyPackage, type PackageVerdict } from './verify.js';

export type Verified = { verdict: Extract<PackageVerdict, { intact: false }> } | { manifest: Manifest; source: Source };

/** The caller closes `source`, and holds what it reads against the manifest's sums: a package on a disk can change after it was verified. */
export async function openVerified(path: string, publicKeyPem: string): Promise<Verified> {
  const verdict = await verifyPackage(path, publicKeyPem);
  if (!verdict.intact) return { verdict };
  const source = await openSource(path);
  try {
    const { manifest } = await openManifest(source, readKeys(publicKeyPem));
    return { manifest, source };
  } catch (error) {
    await source.close();
    throw error;
  }
}
