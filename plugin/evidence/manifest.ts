// The manifest: what is handed over, on which ground, how it was made, and the sums by which each file is known.
import type { Artifact } from '../domain/artifact.js';
import type { Site } from '../domain/camera.js';
import type { Application, Item } from '../domain/export-request.js';
import type { LegalInstrument } from '../domain/legal-instrument.js';
import type { ApartPart } from '../domain/package-part.js';
import type { Plan } from '../domain/plan.js';
import { Problem } from '../domain/problem.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sumListDigest } from '../domain/formats/sum-list.js';
import { comparePaths, maxManifestBytes } from './layout.js';
import { manifestSchema } from './manifest-schema.js';
import type { Disclosure, Manifest, ManifestCamera } from './manifest-schema.js';
import { maskNumber } from './mask-number.js';

const notice = {
  zh:
    '本清单说明文件的来源、完整性校验值与经办过程，由调取网关自动生成；' +
    '不是法律意见，也不代替办案机关的审查。原件未经改动，查阅件不是原件。',
  en:
    'This list tells where the files come from, their sums and how they were made; the gate wrote it by itself. ' +
    'It is not legal advice and replaces no examination by the authority. ' +
    'The original is unchanged; a viewing copy is not the original.',
};

export interface ManifestParts {
  packageId: string;
  createdAt: string;
  requestId: string;
  application: Pick<Application, 'basis' | 'officers' | 'instrument'>;
  requestingUnit: string;
  site: Pick<Site, 'id' | 'city' | 'name' | 'regime'>;
  plan: Plan;
  planDigest: string;
  /** Where the originals leave apart: which of the two this is, and in the copies' the SHA-256 of the other's manifest, hex. */
  part?: ApartPart;
  originals?: string;
  /** Where less was granted than asked for: the items of the application and those of the plan. */
  narrowed?: { asked: readonly Item[]; granted: readonly Item[] };
  /** Sources of the rows that decided, as the journal has them. */
  rows: readonly string[];
  cameras: readonly ManifestCamera[];
  approvals: Manifest['approvals'];
  method: Manifest['method'];
  /** Openings of this request's commitments in the journal. Only what the receiver may read. */
  disclosures: readonly Disclosure[];
  artifacts: readonly Artifact[];
  log: Manifest['log'];
}

/** Puts a manifest together and holds it against its own schema. Problem `internal` where a part does not fit. */
export function makeManifest(parts: ManifestParts): Manifest {
  const { application, site, plan } = parts;
  const judged = manifestSchema.safeParse({
    version: 1,
    packageId: parts.packageId,
    createdAt: parts.createdAt,
    timezone: 'Asia/Shanghai',
    requestId: parts.requestId,
    basis: application.basis,
    instrument: application.instrument ? describeInstrument(application.instrument) : null,
    requestingUnit: parts.requestingUnit,
    officers: application.officers.map(({ name, unit, idKind, idNumber }) => ({ name, unit, idKind, idNumber: maskNumber(idNumber) })),
    custodian: { city: site.city, site: site.id, siteName: site.name, regime: site.regime },
    policy: { version: plan.policyVersion, tier: plan.tier, planDigest: parts.planDigest, rows: parts.rows },
    plan,
    part: parts.part,
    originals: parts.originals,
    narrowed: parts.narrowed,
    cameras: parts.cameras,
    approvals: parts.approvals,
    method: parts.method,
    disclosures: parts.disclosures,
    files: parts.artifacts.map(describeFile).sort((a, b) => comparePaths(a.path, b.path)),
    contents: { sha256: contentsOf(parts.artifacts) },
    log: parts.log,
    notice,
  });
  if (!judged.success) throw new Problem('internal', 'The manifest of this package could not be put together.', { cause: judged.error });
  return judged.data;
}

/** What a paper in the package names; it cannot name the manifest that lists it. SHA-256 over all files but the papers, hex. */
export const contentsOf = (artifacts: readonly Artifact[]): string => sumListDigest(artifacts.filter(({ role }) => role !== 'document'));

/** Bytes of manifest.json: canonical JSON (RFC 8785), no newline behind it. Problem `internal` above 16 MiB. */
export function writeManifest(manifest: Manifest): Buffer {
  const bytes = Buffer.from(canonicalJson(manifest));
  if (bytes.length > maxManifestBytes) throw new Problem('internal', 'The manifest of this package is too large.');
  return bytes;
}

const describeInstrument = ({ type, number, issuer, issuedOn, provideBy, scanSha256 }: LegalInstrument) => ({
  type,
  number,
  issuer,
  issuedOn,
  provideBy,
  scanSha256,
});

/** Without what is ours alone: the sealed object's id, and the sum that only a ZIP header wants. */
const describeFile = ({ path, role, bytes, sha256, sm3, parent, sealedParent, reason, recipe, undecoded }: Artifact) => ({
  path,
  role,
  bytes,
  sha256,
  sm3,
  parent,
  sealedParent,
  reason,
  recipe,
  undecoded,
});
