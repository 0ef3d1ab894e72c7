// A small package with everything in it: two cameras, a derivative, a history between other entries of the log, real keys.
import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Artifact, ArtifactRole } from '../../../plugin/domain/artifact.js';
import { canonicalJson } from '../../../plugin/domain/formats/canonical-json.js';
import { commit } from '../../../plugin/domain/formats/commitment.js';
import { digestOf, sha256Hex } from '../../../plugin/domain/formats/digest.js';
import { verifierKey } from '../../../plugin/domain/formats/signed-note.js';
import type { ApartPart } from '../../../plugin/domain/package-part.js';
import type { Plan } from '../../../plugin/domain/plan.js';
import type { Manifest } from '../../../plugin/evidence/manifest-schema.js';
import { makeManifest, writeManifest } from '../../../plugin/evidence/manifest.js';
import type { ManifestParts } from '../../../plugin/evidence/manifest.js';
import type { PackageParts } from '../../../plugin/evidence/package.js';
import { signManifest } from '../../../plugin/evidence/sign.js';
import { seededKey } from './keys.js';
import { LogBook } from './log-book.js';

export const gateKey = seededKey(7);
/** Its verifier key holds a “+” inside its base64, as every second one does: shell pages must cut it apart rightly. */
export const logKey = seededKey(8);
export const origin = 'exportgate.example/test-1';
const span = { from: '2026-03-01T02:00:00.000Z', to: '2026-03-01T02:01:00.000Z' };
const salt = Buffer.alloc(32, 5);
const unit = 'Example District Public Security Bureau (fictional)';

/** Bytes that look like nothing: the same for the same name. */
export function noise(name: string, bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < bytes; i++) blocks.push(createHash('sha256').update(`${name}/${i}`).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}

export const aPlan: Plan = {
  version: 1, number: 1, replaces: null, city: '310000', site: 'SH-YUNFAN', tier: 1,
  items: ['cam-1', '大门-2'].map((camera) => ({ camera, ...span })), facts: [],
  steps: [{ step: 'evidence-clerk', role: 'role:evidence-clerk' }, { step: 'unit-head', role: 'role:unit-head' }],
  inspect: [], privacyReview: 'none', officers: 2, orRecorded: false, papers: ['notice'], span: { softHours: 4, hardHours: 24 }, cameras: 8, execute: 'dual', marks: ['text', 'clock'],
  masks: [], sound: 'kept', encode: 'balance', working: 'none', deliver: 'package', original: 'with', encrypt: 'none', downloads: 3, expiresHours: 72, retainDays: null, paperHours: null, registerYears: 3, sla: null, reviewAfter: null,
  policyVersion: `sha256:${'ab'.repeat(32)}`,
};
export const planDigest = `sha256:${sha256Hex(canonicalJson(aPlan))}`;

export type Content = Artifact & { content: Buffer };

function artifact(path: string, role: ArtifactRole, content: Buffer, more: Partial<Artifact> = {}): Content {
  return { path, role, ...digestOf(content), object: `object-${path}`, content, ...more };
}

export const contents = (seed = ''): Content[] => [
  artifact('original/cam-1/01.mp4', 'original', noise(`${seed}a`, 3000)),
  artifact('original/cam-1/02.mp4', 'original', noise(`${seed}b`, 1700)),
  artifact('original/cam-1/units.ndjson', 'units', Buffer.from('{"part":1}\n{"part":2}\n')),
  artifact('original/cam-1/coverage.json', 'coverage', Buffer.from('{"parts":2}\n')),
  artifact('viewing/cam-1/01.mp4', 'viewing', noise(`${seed}c`, 2500), {
    parent: 'original/cam-1/01.mp4', reason: 'viewing',
    recipe: { tool: 'ffmpeg', version: 'ffmpeg version 5.1', arguments: ['-i', '{work}/in.mp4', '{work}/out.mp4'] },
  }),
  artifact('original/大门-2/01.mp4', 'original', noise(`${seed}d`, 900)),
  artifact('original/大门-2/units.ndjson', 'units', Buffer.alloc(0)),
  artifact('original/大门-2/coverage.json', 'coverage', Buffer.from('{"parts":1}\n')),
  artifact('verify.html', 'verifier', noise('page', 600)),
];

/** As a gate encloses it; it lies before all else. */
export const aPaper = (): Content => artifact('documents/evidence-list.pdf', 'document', noise('paper', 500));

const unitCommitment = commit(salt, 'unit', unit);

export const manifestParts = (requestId: string, artifacts: readonly Artifact[]): ManifestParts => ({
  packageId: `package-of-${requestId}`, createdAt: '2026-03-01T03:00:00.000Z', requestId, requestingUnit: unit,
  application: {
    basis: 'CRIMINAL_CASE',
    officers: [
      { name: '示例甲', unit, idKind: 'POLICE', idNumber: 'POLICE-0012345' },
      { name: '示例乙', unit, idKind: 'POLICE', idNumber: 'POLICE-0067890' },
    ],
    instrument: {
      type: 'RETRIEVAL_NOTICE', number: '示公（刑）调证字〔2026〕1号', issuer: unit, sealPresent: true, issuedOn: '2026-02-28',
      covers: [{ cameras: ['cam-1', '大门-2'], ...span }], scanSha256: 'cd'.repeat(32),
    },
  },
  site: { id: 'SH-YUNFAN', city: '310000', name: '云帆广场（虚构）', regime: 'ART7' },
  plan: aPlan, planDigest, rows: ['tier-1.csv:2'],
  cameras: ['cam-1', '大门-2'].map((camera) => ({
    camera, asked: [{ ...span, basis: 'beijing' }], state: 'complete', firstFrame: '2026-03-01T02:00:00.000000Z', lastFrame: '2026-03-01T02:00:59.960000Z',
    holes: [], preRollMs: 480, times: 'proven', confirmation: null, rung: 'search', transcriptSha256: 'ef'.repeat(32), width: 1280, height: 720, codec: 'avc1.64001f', audio: null,
    clock: {
      before: { measuredAt: '2026-03-01T02:30:00.000Z', offsetMs: -120, uncertaintyMs: 1010, zoneSuspect: false },
      after: { measuredAt: '2026-03-01T02:31:00.000Z', offsetMs: -118, uncertaintyMs: 1009.5, zoneSuspect: false },
    },
  })),
  approvals: [{ step: 'evidence-clerk', person: '示例丙', at: '2026-03-01T02:40:00.000Z' }, { step: 'unit-head', at: '2026-03-01T02:50:00.000Z' }],
  method: { exportgate: '0.1.0', node: 'v20.20.2', ffmpeg: 'ffmpeg version 5.1' },
  disclosures: [{ commitment: unitCommitment, field: 'unit', value: unit, salt: salt.toString('hex') }],
  artifacts, log: { origin, vkey: verifierKey(origin, logKey) },
});

/** How a package is sealed otherwise than it should be. */
export interface Twist {
  key?: KeyObject;
  alter?: (manifest: Manifest) => Manifest;
  /** Other parts of the manifest. */
  parts?: Partial<ManifestParts>;
  /** Entries behind `export-held`. */
  then?: readonly [event: string, data: unknown, by?: string][];
  /** Bytes of manifest.tsr. */
  timeStamp?: Buffer;
  /** Where the originals leave apart: which of the two is wanted, and what is in each. */
  part?: ApartPart;
  partOf?: (part: ApartPart, artifacts: readonly Content[]) => readonly Content[];
}

/** What is in each as the gate makes them: copies name a parent that is in the other. */
export function apart(part: ApartPart, artifacts: readonly Content[]): Content[] {
  const isCopy = ({ role }: Content): boolean => role === 'viewing';
  if (part === 'originals') return artifacts.filter((it) => !isCopy(it));
  return artifacts
    .filter(({ role }) => !['original', 'units'].includes(role))
    .map(({ parent, ...it }) => {
      const { path, bytes, sha256, sm3 } = artifacts.find((each) => each.path === parent) ?? it;
      return isCopy(it as Content) ? { ...it, sealedParent: { path, bytes, sha256, sm3 } } : it;
    });
}

/** Plan n+1 of a policy that wants the originals apart. */
export const anApartPlan: Plan = { ...aPlan, number: 2, replaces: planDigest, original: 'apart' };
const apartDigest = `sha256:${sha256Hex(canonicalJson(anApartPlan))}`;

/** One of the two packages of a request whose originals leave apart. */
export const aPartOf = (part: ApartPart, twist: Omit<Twist, 'part' | 'then'> = {}): PackageParts =>
  aSealedPackage({ ...twist, part, then: [['plan-replaced', { plan: anApartPlan, planDigest: apartDigest, rows: [] }]], parts: { plan: anApartPlan, planDigest: apartDigest, ...twist.parts } });

/** Writes one request's history into the log, up to its seal, and gives all that its package consists of. */
function seal(book: LogBook, requestId: string, artifacts: readonly Content[], { key = gateKey, alter = (manifest) => manifest, parts = {}, then = [], timeStamp, part, partOf = apart }: Twist = {}): PackageParts {
  const write = (files: readonly Content[], which: Partial<ManifestParts> = {}): Buffer => writeManifest(alter(makeManifest({ ...manifestParts(requestId, files), ...which, ...parts })));
  const originals = part && write(partOf('originals', artifacts), { part: 'originals' });
  const copies = originals && write(partOf('copies', artifacts), { part: 'copies', originals: sha256Hex(originals) });
  const first = copies ?? write(artifacts);
  const [manifest, content] = part ? [part === 'originals' ? originals! : first, partOf(part, artifacts)] : [first, artifacts];
  const person = 'p-0123456789abcdef01234567';
  const sealedList = { ...digestOf(Buffer.from('[]')), object: 'object-index' };
  const requested = {
    basis: 'CRIMINAL_CASE', city: '310000', site: 'SH-YUNFAN', items: aPlan.items, officers: 2, applicant: person, enteredBy: person,
    unit: unitCommitment, application: commit(salt, 'application', { reason: 'fictional' }), instrument: null,
  };
  const steps: [string, unknown, string?][] = [
    ['export-requested', requested, person], ['export-held', { plan: aPlan, planDigest, rows: ['tier-1.csv:2'] }],
    ...then.map((step): [string, unknown, string?] => [...step]),
    ['preserve-queued', { why: 'submitted' }], ['preserve-started', { attempt: 1, estimateBytes: 9000 }],
    ['footage-sealed', { camera: 'cam-1', state: 'complete', parts: 2, frames: 1500, bytes: 4700, index: sealedList }],
    ['preserve-completed', { cameras: 1, bytes: 4700 }], ['request-reviewed', { step: 'evidence-clerk', planDigest }, person],
    ['request-reviewed', { step: 'unit-head', planDigest }, person], ['export-granted', { planDigest, voices: 2 }],
    ['fulfil-started', { attempt: 1 }], ['package-sealed', { manifest: sha256Hex(first), index: sealedList, ...(originals && { originals: { manifest: sha256Hex(originals), index: sealedList } }), ...(timeStamp && { timeStamp: { sha256: sha256Hex(timeStamp), at: '2026-03-01T02:00:00.000Z' } }) }],
  ];
  for (const [i, [event, data, by]] of steps.entries()) {
    book.append(requestId, event, data, by);
    if (i % 3 === 1) book.other();
  }
  return {
    manifest, envelope: signManifest(manifest, key), timeStamp: timeStamp ?? null, entries: [...book.historyOf(requestId)],
    artifacts: content.map((each) => ({
      ...each,
      read: async function* (from: number, to: number) {
        yield each.content.subarray(from, to);
      },
    })),
    proof: (index) => book.proof(index), checkpoint: book.checkpoint(),
  };
}

export const requestId = 'EG-310000-SH-YUNFAN-2026-000123';

/** The package that most tests are about. */
export function aSealedPackage(twist: Twist = {}, artifacts = contents()): PackageParts {
  const book = new LogBook(origin, logKey);
  book.other();
  const parts = seal(book, requestId, artifacts, twist);
  return { ...parts, ...frozen(book, parts) };
}

/** Two packages of one gate, sealed in one log. */
export function twoSealedPackages(): [PackageParts, PackageParts] {
  const book = new LogBook(origin, logKey);
  const first = seal(book, requestId, contents());
  const second = seal(book, 'EG-310000-SH-YUNFAN-2026-000124', contents('other'));
  return [{ ...first, ...frozen(book, first) }, { ...second, ...frozen(book, second) }];
}

/** The checkpoint of the tree that ends with this package's seal, as the gate makes it. */
function frozen(book: LogBook, { entries }: PackageParts): Pick<PackageParts, 'proof' | 'checkpoint'> {
  const size = entries.at(-1)!.index + 1;
  return { proof: (index) => book.proof(index, size), checkpoint: book.checkpoint(size) };
}

const shorter = { from: '2026-03-01T02:00:20.000Z', to: '2026-03-01T02:00:30.000Z' };
/** Of two cameras one is left, and of that ten seconds. */
export const aNarrowedPlan: Plan = { ...aPlan, number: 2, replaces: planDigest, items: [{ camera: 'cam-1', ...shorter }] };
export const narrowedDigest = `sha256:${sha256Hex(canonicalJson(aNarrowedPlan))}`;

export function narrowedContents(): Content[] {
  const originals = contents();
  const cutFrom = (path: string, role: ArtifactRole, content: Buffer, source: string): Content => {
    const { path: from, bytes, sha256, sm3 } = originals.find((it) => it.path === source)!;
    const recipe = { tool: 'exportgate', version: '0.1.0', arguments: ['excerpt', '--from', shorter.from, '--to', shorter.to, source] };
    return artifact(path, role, content, { sealedParent: { path: from, bytes, sha256, sm3 }, reason: 'narrowed', ...(role === 'excerpt' && { recipe }) });
  };
  return [
    cutFrom('excerpt/cam-1/01.mp4', 'excerpt', noise('cut', 800), 'original/cam-1/01.mp4'),
    cutFrom('excerpt/cam-1/units.ndjson', 'units', Buffer.from('{"part":1}\n'), 'original/cam-1/units.ndjson'),
    cutFrom('excerpt/cam-1/coverage.json', 'coverage', Buffer.from('{"parts":1}\n'), 'original/cam-1/coverage.json'),
    artifact('viewing/cam-1/01.mp4', 'viewing', noise('seen', 700), { parent: 'excerpt/cam-1/01.mp4', reason: 'viewing' }),
    artifact('verify.html', 'verifier', noise('page', 600)),
  ];
}

/** What differs where less was granted than asked for. */
export const narrowing = (): Required<Pick<Twist, 'parts' | 'then'>> => ({
  parts: {
    plan: aNarrowedPlan, planDigest: narrowedDigest, narrowed: { asked: aPlan.items, granted: aNarrowedPlan.items },
    cameras: [{ ...manifestParts(requestId, []).cameras[0]!, asked: [{ ...shorter, basis: 'beijing' }] }],
  },
  then: [['plan-narrowed', { plan: aNarrowedPlan, planDigest: narrowedDigest, rows: [], step: 'evidence-clerk' }, 'p-0123456789abcdef01234567']],
});
