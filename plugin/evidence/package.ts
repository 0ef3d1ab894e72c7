// The package: every file of it, in the one order, ready to be written as an archive or as a folder.
import { crc32 } from 'node:zlib';
import type { Artifact } from '../domain/artifact.js';
import type { RequestEntry } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import { Problem } from '../domain/problem.js';
import {
  checkpointPath,
  compareInPackage,
  entriesPath,
  envelopePath,
  isPackagePath,
  isReserved,
  manifestPath,
  maxFiles,
  proofPath,
  timeStampPath,
} from './layout.js';
import type { PackageFile } from './read-exactly.js';

export interface PackageParts {
  /** Bytes of manifest.json. */
  manifest: Buffer;
  /** Text of manifest.dsse.json. */
  envelope: string;
  /** Bytes of manifest.tsr, where there is one. */
  timeStamp?: Buffer | null;
  /** `read(from, to)` gives exactly these bytes of the artifact. */
  artifacts: readonly (Artifact & Pick<PackageFile, 'read'>)[];
  /** All of the request, from 0 to `package-sealed`. */
  entries: readonly RequestEntry[];
  /** Text of the entry's tlog-proof, made for `checkpoint`. */
  proof(index: number): string;
  /** The signed note of a tree that holds all these entries. */
  checkpoint: string;
}

/** Files in the order of the archive. Nothing is read yet. Problem `internal` where the parts do not belong together. */
export function packageFiles({ manifest, envelope, timeStamp = null, artifacts, entries, proof, checkpoint }: PackageParts): PackageFile[] {
  expectSealed(entries, manifest);
  const files = [
    held(manifestPath, manifest),
    held(envelopePath, envelope),
    ...(timeStamp ? [held(timeStampPath, timeStamp)] : []),
    ...artifacts.map((artifact) => ({
      path: artifact.path,
      bytes: artifact.bytes,
      crc32: artifact.crc32,
      read: (from: number, to: number) => artifact.read(from, to),
    })),
    held(entriesPath, entries.map((entry) => `${canonicalJson(entry)}\n`).join('')),
    ...entries.map(({ index }) => held(proofPath(index), proof(index))),
    held(checkpointPath, checkpoint),
  ].sort((a, b) => compareInPackage(a.path, b.path));
  expectPaths(artifacts, files);
  return files;
}

function held(path: string, content: Buffer | string): PackageFile {
  const bytes = Buffer.from(content);
  return {
    path,
    bytes: bytes.length,
    crc32: crc32(bytes),
    read: async function* (from, to) {
      yield bytes.subarray(from, to);
    },
  };
}

/** A package whose own journal does not vouch for it would fail at the receiver's; better here. */
function expectSealed(entries: readonly RequestEntry[], manifest: Buffer): void {
  const last = entries.at(-1);
  const whole = entries.every((entry, i) => entry.requestSequence === i && entry.requestId === last?.requestId);
  const sum = sha256Hex(manifest);
  if (!whole || last?.event !== 'package-sealed' || (last.data.manifest !== sum && last.data.originals?.manifest !== sum))
    throw new Problem('internal', 'The journal of this request does not seal this manifest.');
}

function expectPaths(artifacts: readonly Artifact[], files: readonly PackageFile[]): void {
  const bad = artifacts.find(({ path }) => !isPackagePath(path) || isReserved(path));
  if (bad) throw new Problem('internal', `A file of the package cannot be called ${bad.path}.`);
  if (files.length > maxFiles) throw new Problem('internal', `A package holds at most ${maxFiles} files.`);
  if (new Set(files.map((file) => file.path)).size !== files.length)
    throw new Problem('internal', 'Two files of the package have one path.');
}
