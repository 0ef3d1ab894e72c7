// The manifest, if the gate with this key signed these very bytes (docs/spec/manifest.md; DSSE v1.0.2).
import { Broken } from './broken.js';
import { compareTexts, fromBase64, hexOf, joinBytes, sameBytes, textOf, utf8 } from './bytes.js';
import { readCanonical, type Json } from './canonical.js';
import { isSignedBy, type GateKey } from './key.js';
import { sha256 } from './sha256.js';
import {
  fits,
  isAnything,
  isBoolean,
  isCount,
  isDigest,
  isHex64,
  isInstant,
  isNumber,
  isPackagePath,
  isText,
  listOf,
  members,
  mostFiles,
  oneOf,
  orNull,
  type Shape,
} from './shape.js';
import { readWhole, type Source } from './source.js';

const manifestPath = 'manifest.json';
const envelopePath = 'manifest.dsse.json';
export const stampPath = 'manifest.tsr';
const mostManifestBytes = 16 * 1024 * 1024;
const payloadType = 'application/vnd.exportgate.manifest+json; version=1';

export interface Item {
  camera: string;
  from: string;
  to: string;
  basis?: string;
}
export interface ListedFile {
  path: string;
  role: string;
  bytes: number;
  sha256: string;
  sm3: string;
  parent?: string;
  sealedParent?: { path: string };
  reason?: string;
  recipe?: Json;
  undecoded?: number;
}
/** What is hidden of a camera, as somebody drew it. */
export interface Drawn {
  areas: Json;
  reason?: string;
  sha256: string;
}
/** What the checks read of it. */
export interface Manifest {
  requestId: string;
  policy: { planDigest: string };
  plan: { [member: string]: Json };
  part?: 'copies' | 'originals';
  /** SHA-256 of the manifest of the originals' package. */
  originals?: string;
  narrowed?: { asked: Json; granted: Json };
  cameras: { camera: string; asked: { from: string; to: string; basis: string }[]; masks?: { drawn: Drawn | null } }[];
  disclosures: { commitment: string; field: string; value: Json; salt: string }[];
  files: ListedFile[];
  contents: { sha256: string };
  log: { origin: string; vkey: string };
}

const span = { from: isInstant, to: isInstant };
const itemShape = members({ camera: isText, ...span, 'basis?': oneOf('recorder') });
const isListedPath: Shape = (value) =>
  typeof value === 'string' &&
  isPackagePath(value) &&
  ![manifestPath, envelopePath, stampPath, 'journal'].includes(value) &&
  !value.startsWith('journal/');
const reading = members({ measuredAt: isInstant, offsetMs: isNumber, uncertaintyMs: isNumber, zoneSuspect: isBoolean });
const shownAt = members({ asserted: isInstant, shown: isInstant });

const planShape = members({
  version: oneOf(1),
  number: isCount,
  replaces: orNull(isDigest),
  city: isText,
  site: isText,
  tier: oneOf(1, 2, 3),
  items: listOf(itemShape),
  facts: listOf(isText),
  steps: listOf(members({ step: isText, role: fits(/^role:/) })),
  inspect: listOf(isText),
  privacyReview: isText,
  officers: isCount,
  orRecorded: isBoolean,
  papers: listOf(isText),
  span: members({ softHours: isNumber, hardHours: isNumber }),
  cameras: isCount,
  execute: isText,
  marks: listOf(isText),
  masks: listOf(isText),
  sound: isText,
  encode: isText,
  working: isText,
  deliver: isText,
  original: isText,
  encrypt: isText,
  downloads: isCount,
  expiresHours: isNumber,
  retainDays: orNull(isCount),
  paperHours: orNull(isNumber),
  registerYears: isCount,
  sla: orNull(members({ verifyHours: isNumber, totalHours: isNumber })),
  reviewAfter: orNull(members({ percent: isCount, days: isCount })),
  policyVersion: isText,
});

const isSide: Shape = (value) => isCount(value) && (value as number) <= 10_000;
const rectangle = members({ kind: oneOf('rectangle'), x: isSide, y: isSide, width: isSide, height: isSide });
const isCorner: Shape = (value) => listOf(isSide, 2)(value) && (value as Json[]).length === 2;
const polygon = members({ kind: oneOf('polygon'), corners: (value) => listOf(isCorner, 3)(value) && (value as Json[]).length <= 64 });
const isReason: Shape = (value) => isText(value) && (value as string).length <= 200;
const areasShape: Shape = (value) =>
  listOf(
    members({
      shape: (shape) => rectangle(shape) || polygon(shape),
      style: oneOf('solid', 'blur'),
      'span?': members(span),
      hides: listOf(oneOf('faces', 'plates', 'names', 'place'), 1),
      reason: isReason,
    }),
  )(value) && (value as Json[]).length <= 64;
const masksShape = members({
  standing: areasShape,
  drawn: orNull(members({ areas: areasShape, 'reason?': isReason, 'person?': isText, at: isInstant, sha256: isHex64 })),
});

const cameraShape = members({
  camera: isText,
  asked: listOf(members({ ...span, basis: oneOf('beijing', 'recorder') }), 1),
  state: oneOf('complete', 'complete-with-holes', 'partial', 'no-data'),
  firstFrame: orNull(isInstant),
  lastFrame: orNull(isInstant),
  holes: listOf(members({ ...span, expected: orNull(isBoolean) })),
  preRollMs: isNumber,
  clock: orNull(members({ before: reading, after: orNull(reading) })),
  times: orNull(oneOf('proven', 'asserted')),
  confirmation: orNull(members({ 'person?': isText, at: isInstant, first: shownAt, last: shownAt })),
  rung: orNull(isText),
  transcriptSha256: orNull(isHex64),
  width: orNull(isCount),
  height: orNull(isCount),
  codec: orNull(isText),
  audio: orNull(isText),
  'masks?': masksShape,
});

const besideText = members({ name: isText, text: (value) => typeof value === 'string' });
const besideSum = members({ name: isText, sha256: isHex64 });

const fileShape = members({
  path: isListedPath,
  role: oneOf('original', 'excerpt', 'units', 'coverage', 'viewing', 'masked', 'working', 'verifier', 'document'),
  bytes: isCount,
  sha256: isHex64,
  sm3: isHex64,
  'parent?': isListedPath,
  'sealedParent?': members({ path: isListedPath, bytes: isCount, sha256: isHex64, sm3: isHex64 }),
  'reason?': oneOf('viewing', 'masked', 'working', 'narrowed'),
  'recipe?': members({
    tool: isText,
    version: isText,
    arguments: listOf((value) => typeof value === 'string'),
    'beside?': listOf((value) => besideText(value) || besideSum(value)),
    'pieces?': members({ arguments: listOf((value) => typeof value === 'string'), cuts: listOf(isCount) }),
  }),
  'undecoded?': isCount,
});

const manifestShape = members({
  version: oneOf(1),
  packageId: isText,
  createdAt: isInstant,
  timezone: oneOf('Asia/Shanghai'),
  requestId: isText,
  basis: isText,
  instrument: orNull(
    members({
      type: isText,
      number: isText,
      issuer: isText,
      issuedOn: fits(/^\d{4}-\d\d-\d\d$/),
      'provideBy?': isInstant,
      scanSha256: isHex64,
    }),
  ),
  requestingUnit: isText,
  officers: listOf(members({ name: isText, unit: isText, idKind: isText, idNumber: isText })),
  custodian: members({ city: fits(/^\d{6}$/), site: isText, siteName: isText, regime: oneOf('ART7', 'ART9', 'PRIVATE') }),
  policy: members({ version: isText, tier: oneOf(1, 2, 3), planDigest: isText, rows: listOf(isText) }),
  plan: planShape,
  'part?': oneOf('copies', 'originals'),
  'originals?': isHex64,
  'narrowed?': members({ asked: listOf(itemShape, 1), granted: listOf(itemShape, 1) }),
  cameras: listOf(cameraShape, 1),
  approvals: listOf(members({ step: isText, 'person?': isText, at: isInstant })),
  method: members({ exportgate: isText, node: isText, ffmpeg: isText }),
  disclosures: listOf(members({ commitment: isDigest, field: isText, value: isAnything, salt: isHex64 })),
  files: listOf(fileShape, 1),
  contents: members({ sha256: isHex64 }),
  log: members({ origin: isText, vkey: isText }),
  notice: members({ zh: isText, en: isText }),
});

const isCopy = oneOf('viewing', 'masked', 'working');

/** Each path once, in order; no file made from one that is not there; the page that verifies and the papers are no footage. */
function areFilesSound(files: readonly ListedFile[]): boolean {
  const known = new Set(files.map(({ path }) => path));
  return (
    files.length <= mostFiles &&
    files.every(({ path, role, parent, sealedParent, reason, recipe, undecoded }, i) => {
      const inOrder = i === 0 || compareTexts(files[i - 1]!.path, path) < 0;
      const hasParent = parent === undefined || (known.has(parent) && parent !== path);
      const hasSealed = sealedParent === undefined || (!known.has(sealedParent.path) && parent === undefined);
      const isPage = role === 'verifier';
      const isPaper = role === 'document';
      const isPlain = parent === undefined && sealedParent === undefined && recipe === undefined;
      return (
        inOrder &&
        hasParent &&
        hasSealed &&
        reason === (parent === undefined && sealedParent === undefined ? undefined : isCopy(role) ? role : 'narrowed') &&
        (reason !== 'narrowed' || parent === undefined) &&
        (role !== 'excerpt' || (sealedParent && recipe)) &&
        (undecoded === undefined || (isCopy(role) && undecoded > 0)) &&
        isPage === (path === 'verify.html') &&
        isPaper === path.startsWith('documents/') &&
        (!(isPage || isPaper) || isPlain)
      );
    })
  );
}

/** `sha256` is that of manifest.json, hex. Throws Broken `file-missing`, `key-foreign`, `manifest-changed`. */
export async function openManifest(source: Source, keys: readonly GateKey[]): Promise<{ manifest: Manifest; sha256: string; keyId: string }> {
  const bytes = await readWhole(source, manifestPath, mostManifestBytes, 'manifest-changed');
  const envelope = textOf(await readWhole(source, envelopePath, 2 * mostManifestBytes, 'manifest-changed'));
  const opened = envelope === null ? null : openEnvelope(envelope, keys);
  if (opened === null || opened.type !== payloadType) throw new Broken('manifest-changed', envelopePath);
  if (!sameBytes(opened.body, bytes)) throw new Broken('manifest-changed', manifestPath);
  const text = textOf(bytes);
  const value = text === null ? undefined : readCanonical(text);
  if (!manifestShape(value) || !areFilesSound((value as unknown as Manifest).files)) throw new Broken('manifest-changed', manifestPath);
  return { manifest: value as unknown as Manifest, sha256: hexOf(sha256(bytes)), keyId: opened.keyId };
}

const envelopeShape = members({
  payload: (value) => typeof value === 'string',
  payloadType: (value) => typeof value === 'string',
  signatures: (value) =>
    listOf(members({ keyid: (text) => typeof text === 'string', sig: (text) => typeof text === 'string' }), 1)(value) &&
    (value as Json[]).length === 1,
});

/** What one of these keys signed; null where that cannot be said. Throws Broken `key-foreign` where another key is named and none of these fits. */
function openEnvelope(text: string, keys: readonly GateKey[]): { type: string; body: Uint8Array; keyId: string } | null {
  const envelope = readCanonical(text);
  if (!envelopeShape(envelope)) return null;
  const {
    payload,
    payloadType: type,
    signatures,
  } = envelope as { payload: string; payloadType: string; signatures: [{ keyid: string; sig: string }] };
  const [body, signature] = [fromBase64(payload), fromBase64(signatures[0].sig)];
  if (body === null || signature === null) return null;
  const signed = joinBytes(utf8(`DSSEv1 ${utf8(type).length} ${type} ${body.length} `), body);
  const named = keys.find(({ fingerprint }) => fingerprint === signatures[0].keyid);
  const signer = keys.find((key) => isSignedBy(key, signed, signature));
  if (!signer && !named) throw new Broken('key-foreign', envelopePath);
  return signer && signer === named ? { type, body, keyId: signer.fingerprint } : null;
}
