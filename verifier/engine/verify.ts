// Is this package what the gate sealed? Written from docs/spec alone: shares no line with the gate or with its command. The order of the
// checks is part of the answer (docs/spec/package.md, "Verification").
import { Broken, type Fault } from './broken.js';
import { checkFiles, type OnProgress } from './files.js';
import { openFolder, type Found } from './folder.js';
import { checkChain, readHistory } from './history.js';
import { checkInclusion, isIncluded } from './inclusion.js';
import { checkContents, checkDelivery } from './delivery.js';
import type { GateKey } from './key.js';
import { openManifest } from './manifest.js';
import { checkDisclosures, checkPlans, checkScope, checkSeal, sealOf } from './plans.js';
import type { Readable, Source } from './source.js';
import { openArchive } from './zip.js';

/** `keyId`: the fingerprint of the key that signed. `contents`: what the papers name. */
export type Verdict = { intact: true; requestId: string; files: number; entries: number; keyId: string; contents: string } | { intact: false; fault: Fault };

/** One file is an archive; what was found in a folder is a folder. */
export async function verifyPackage(given: Readable | Found, keys: readonly GateKey[], onProgress: OnProgress = () => undefined): Promise<Verdict> {
  try {
    const source = given instanceof Map ? openFolder(given) : await openArchive(given as Readable);
    return await verifySource(source, keys, onProgress);
  } catch (error) {
    if (error instanceof Broken) return { intact: false, fault: { code: error.code, where: error.where } };
    throw error;
  }
}

async function verifySource(source: Source, keys: readonly GateKey[], onProgress: OnProgress): Promise<Verdict> {
  const { manifest, sha256, keyId } = await openManifest(source, keys);
  const history = await readHistory(source);
  await checkChain(history.lines, manifest.requestId, (line) => isIncluded(source, manifest.log, line));
  await checkInclusion(source, history.lines, manifest.log);
  checkPlans(history);
  checkSeal(manifest, sha256, history);
  checkScope(manifest, history);
  checkDelivery(manifest, history);
  checkContents(manifest);
  await checkFiles(source, manifest.files, history.lines, sealOf(manifest, history)!.stamp, onProgress);
  checkDisclosures(manifest, history);
  source.settle();
  return { intact: true, requestId: manifest.requestId, files: manifest.files.length, entries: history.lines.length, keyId, contents: manifest.contents.sha256 };
}
