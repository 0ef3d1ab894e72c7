// What was made becomes a package: what of it leaves, its manifest, signature and time stamp, and the sealed list of all that. Two of them where the
// originals leave apart.
import type { Artifact, ArtifactRole } from '../domain/artifact.js';
import type { RequestEvents, SealedPackage } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import { leavesApart, type ApartPart } from '../domain/package-part.js';
import { makeManifest, writeManifest, type ManifestParts } from '../evidence/manifest.js';
import type { Objects } from '../store/objects.js';
import { sealBytes } from './custody.js';

export interface SealParts {
  objects: Objects;
  /** DSSE envelope of the manifest, as text. */
  sign(manifest: Buffer): string;
  /** RFC 3161 answer over the envelope; null where none was to be had and none is required; left out where none is configured. Problem `time-stamp-missing`. */
  stamp?: ((envelope: Buffer, signal: AbortSignal) => Promise<{ answer: Buffer; at: Date } | null>) | null;
  newId: () => string;
}

/** What a sealed list behind package-sealed says: of the package, or of one of the two. */
export interface PackageIndex {
  manifest: string;
  envelope: string;
  /** Base64. */
  timeStamp?: string;
  artifacts: readonly Artifact[];
  /** Made for it and not handed over: what the copies are made of, where the plan lets the copies alone leave. */
  withheld?: readonly Artifact[];
}

/** One package: `files` of it, and what its manifest says beside what both say. */
interface Content {
  files: readonly Artifact[];
  withheld?: readonly Artifact[];
  part?: ApartPart;
  originals?: string;
}

/** All that may be in one: what was pulled or cut of it, and what was made of that. */
export interface Made {
  pulled: readonly Artifact[];
  made: readonly Artifact[];
  /** What the manifest says whatever is in it. */
  told: Omit<ManifestParts, 'packageId' | 'artifacts'>;
  /** Makes the papers of a package from what its manifest tells. Problem `seal-missing`. */
  enclose: (listed: ManifestParts) => Promise<readonly Artifact[]>;
}

const isFootage = ({ role }: { role: ArtifactRole }): boolean => ['original', 'excerpt', 'units', 'working'].includes(role);
const isShown = ({ role }: { role: ArtifactRole }): boolean => role === 'viewing' || role === 'masked';

/** Each object that is sealed on the way is added to `leavings`. Problems: `seal-missing`, `time-stamp-missing`, `disk-full`, `store-unavailable`. */
export async function sealPackages(parts: SealParts, { pulled, made, told, enclose }: Made, leavings: string[], signal: AbortSignal): Promise<RequestEvents['package-sealed']> {
  const { plan } = told;
  const all = [...new Set([...pulled, ...made])];
  const seal = async (content: Content): Promise<SealedPackage> => {
    const { files, withheld = [], ...which } = content;
    const listed = { ...told, ...which, packageId: parts.newId(), artifacts: files };
    const papers = await enclose(listed);
    leavings.push(...papers.map(({ object }) => object));
    const sealed = await sealPackage(parts, { ...listed, artifacts: [...files, ...papers] }, withheld, signal);
    leavings.push(sealed.index.object);
    return sealed;
  };
  if (plan.deliver !== 'package') return seal({ files: all.filter((it) => !isFootage(it)), withheld: made.filter(isFootage) });
  if (!leavesApart(plan)) return seal({ files: all });
  // The originals first: the copies' manifest names theirs.
  const originals = await seal({ part: 'originals', files: all.filter((it) => !isShown(it)) });
  return { ...(await seal({ part: 'copies', originals: originals.manifest, files: all.filter((it) => !isFootage(it)) })), originals };
}

async function sealPackage(parts: SealParts, told: ManifestParts, withheld: readonly Artifact[], signal: AbortSignal): Promise<SealedPackage> {
  const manifest = writeManifest(makeManifest(told));
  const envelope = parts.sign(manifest);
  const stamp = parts.stamp ? await parts.stamp(Buffer.from(envelope), signal) : undefined;
  const index: PackageIndex = {
    ...{ manifest: manifest.toString('utf8'), envelope, artifacts: told.artifacts },
    ...(stamp && { timeStamp: stamp.answer.toString('base64') }),
    ...(withheld.length > 0 && { withheld }),
  };
  return {
    manifest: sha256Hex(manifest),
    index: await sealBytes(parts.objects, Buffer.from(canonicalJson(index))),
    ...(stamp !== undefined && { timeStamp: stamp && { sha256: sha256Hex(stamp.answer), at: stamp.at.toISOString() } }),
  };
}
