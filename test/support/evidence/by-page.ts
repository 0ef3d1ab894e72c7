// The engine of verify.html in Node: the same files that lie in the page, handed the bytes of a test.
import type { Found } from '../../../verifier/engine/folder.js';
import { readGateKeys } from '../../../verifier/engine/key.js';
import type { Readable } from '../../../verifier/engine/source.js';
import { verifyPackage, type Verdict } from '../../../verifier/engine/verify.js';
import type { PackageVerdict } from '../../../plugin/evidence/verify.js';

export const readable = (bytes: Buffer): Readable => ({
  size: bytes.length,
  read: (from, to) => Promise.resolve(new Uint8Array(bytes.subarray(from, to))),
});

export const folderOf = (files: ReadonlyMap<string, Buffer>): Found => new Map([...files].map(([path, bytes]) => [path, readable(bytes)]));

/** An archive's bytes, or the files of a folder. */
export const verifyByPage = (given: Buffer | ReadonlyMap<string, Buffer>, pem: string): Promise<Verdict> =>
  verifyPackage(given instanceof Map ? folderOf(given) : readable(given as Buffer), readGateKeys(pem)!);

/** Of a verdict of the command what the page says too. */
export const asThePageSays = (verdict: PackageVerdict): Verdict => {
  if (!verdict.intact) return verdict as Verdict;
  const { requestId, files, entries, keyId, contents } = verdict;
  return { intact: true, requestId, files, entries, keyId, contents };
};
