// What a manifest is: the shape that its maker and the verifier share. See docs/spec/manifest.md.
import { z } from 'zod';
import { artifactRoles, derivativeReasons, isCopy } from '../domain/artifact.js';
import { bases } from '../domain/basis.js';
import { hiddenThings, longestReason, maskStyles, mostAreas, mostCorners, fewestCorners, wholeSide } from '../domain/mask-area.js';
import { facts } from '../domain/decision.js';
import { copySounds, deliveries, efforts, encryptions, executions, marks, maskings, originals, papers, workings } from '../domain/duty.js';
import { idKinds } from '../domain/export-request.js';
import { instrumentTypes } from '../domain/legal-instrument.js';
import { apartParts } from '../domain/package-part.js';
import type { Plan } from '../domain/plan.js';
import type { RoleName } from '../domain/subject.js';
import { audioCodecs, rungs } from '../domain/vms.js';
import { comparePaths, isDocumentPath, isPackagePath, isReserved, maxFiles, pagePath } from './layout.js';

export const manifestPayloadType = 'application/vnd.exportgate.manifest+json; version=1';

const text = z.string().min(1).max(4096);
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** UTC; frames may be told to the microsecond. */
const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z$/);
const count = z.int().nonnegative();
const span = z.strictObject({ from: instant, to: instant });
const item = z.strictObject({ camera: text, from: instant, to: instant, basis: z.literal('recorder').optional() });
const path = z.string().refine((value) => isPackagePath(value) && !isReserved(value), 'is not a path that a file of a package may bear');

const plan: z.ZodType<Plan> = z.strictObject({
  version: z.literal(1),
  number: z.int().positive(),
  replaces: digest.nullable(),
  city: text,
  site: text,
  tier: z.literal([1, 2, 3]),
  items: z.array(item),
  facts: z.array(z.enum(facts)),
  steps: z.array(z.strictObject({ step: text, role: z.string().startsWith('role:') as unknown as z.ZodType<RoleName> })),
  inspect: z.array(text),
  privacyReview: z.enum(['officer', 'none']),
  officers: count,
  orRecorded: z.boolean(),
  papers: z.array(z.enum(papers)),
  span: z.strictObject({ softHours: z.number(), hardHours: z.number() }),
  cameras: count,
  execute: z.enum(executions),
  marks: z.array(z.enum(marks)),
  masks: z.array(z.enum(maskings)),
  sound: z.enum(copySounds),
  encode: z.enum(efforts),
  working: z.enum(workings),
  deliver: z.enum(deliveries),
  original: z.enum(originals),
  encrypt: z.enum([...encryptions, 'none']),
  downloads: count,
  expiresHours: z.number(),
  retainDays: count.nullable(),
  paperHours: z.number().nullable(),
  registerYears: count,
  sla: z.strictObject({ verifyHours: z.number(), totalHours: z.number() }).nullable(),
  reviewAfter: z.strictObject({ percent: count, days: count }).nullable(),
  policyVersion: text,
});

const clockReading = z.strictObject({
  measuredAt: instant,
  offsetMs: z.number(),
  uncertaintyMs: z.number().nonnegative(),
  zoneSuspect: z.boolean(),
});

const side = z.int().min(0).max(wholeSide);
const area = z.strictObject({
  shape: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('rectangle'), x: side, y: side, width: side, height: side }),
    z.strictObject({ kind: z.literal('polygon'), corners: z.array(z.tuple([side, side])).min(fewestCorners).max(mostCorners) }),
  ]),
  style: z.enum(maskStyles),
  span: span.optional(),
  hides: z.array(z.enum(hiddenThings)).min(1),
  reason: z.string().min(1).max(longestReason),
});
/** What is hidden in every copy of a camera: what stands for all its footage, and what somebody drew for this request. */
const masks = z.strictObject({
  standing: z.array(area).max(mostAreas),
  drawn: z
    .strictObject({
      areas: z.array(area).max(mostAreas),
      /** Why nothing was drawn. */
      reason: z.string().min(1).max(longestReason).optional(),
      person: text.optional(),
      at: instant,
      /** Of the list as it was recorded. */
      sha256: hex64,
    })
    .nullable(),
});

const camera = z.strictObject({
  camera: text,
  asked: z.array(span.extend({ basis: z.enum(['beijing', 'recorder']) })).min(1),
  state: z.enum(['complete', 'complete-with-holes', 'partial', 'no-data']),
  firstFrame: instant.nullable(),
  lastFrame: instant.nullable(),
  holes: z.array(span.extend({ expected: z.boolean().nullable() })),
  preRollMs: z.number().nonnegative(),
  clock: z.strictObject({ before: clockReading, after: clockReading.nullable() }).nullable(),
  times: z.enum(['proven', 'asserted']).nullable(),
  /** Where times are asserted: what the picture's own clock showed to a person, beside what was asserted. */
  confirmation: z
    .strictObject({
      person: text.optional(),
      at: instant,
      first: z.strictObject({ asserted: instant, shown: instant }),
      last: z.strictObject({ asserted: instant, shown: instant }),
    })
    .nullable(),
  rung: z.enum(rungs).nullable(),
  transcriptSha256: hex64.nullable(),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  codec: text.nullable(),
  audio: z.enum(audioCodecs).nullable(),
  masks: masks.optional(),
});

const beside = z.array(
  z.union([z.strictObject({ name: text, text: z.string().max(65_536) }), z.strictObject({ name: text, sha256: hex64 })]),
);

const pieces = z.strictObject({ arguments: z.array(z.string().max(65_536)), cuts: z.array(count).min(3).max(10_001) });

const file = z.strictObject({
  path,
  role: z.enum(artifactRoles),
  bytes: count,
  sha256: hex64,
  sm3: hex64,
  parent: path.optional(),
  /** What an excerpt was cut from, or a copy made of, where that stays sealed with the custodian. */
  sealedParent: z.strictObject({ path, bytes: count, sha256: hex64, sm3: hex64 }).optional(),
  reason: z.enum(derivativeReasons).optional(),
  recipe: z.strictObject({ tool: text, version: text, arguments: z.array(z.string().max(65_536)), beside: beside.optional(), pieces: pieces.optional() }).optional(),
  undecoded: z.int().positive().optional(),
});

/** Each path once, in order, and no file made from one that is not there. */
const files = z
  .array(file)
  .min(1)
  .max(maxFiles)
  .superRefine((list, context) => {
    const known = new Set(list.map((each) => each.path));
    for (const [i, each] of list.entries()) {
      if (i > 0 && comparePaths(list[i - 1]!.path, each.path) >= 0)
        context.addIssue({ code: 'custom', path: [i, 'path'], message: 'is not behind the path before it' });
      if (each.parent !== undefined && (!known.has(each.parent) || each.parent === each.path))
        context.addIssue({ code: 'custom', path: [i, 'parent'], message: 'is not another file of this package' });
      if (each.sealedParent && (known.has(each.sealedParent.path) || each.parent !== undefined))
        context.addIssue({ code: 'custom', path: [i, 'sealedParent'], message: 'is in this package, or not the only parent' });
      const isDerivative = each.parent !== undefined || each.sealedParent !== undefined;
      const why = isCopy(each.role) ? each.role : 'narrowed';
      if (each.reason !== (isDerivative ? why : undefined) || (each.reason === 'narrowed' && each.parent !== undefined))
        context.addIssue({ code: 'custom', path: [i, 'reason'], message: 'is not why this file was made' });
      if (each.undecoded !== undefined && !isCopy(each.role))
        context.addIssue({ code: 'custom', path: [i, 'undecoded'], message: 'is said of what is no copy' });
      if (each.role === 'excerpt' && !(each.sealedParent && each.recipe))
        context.addIssue({ code: 'custom', path: [i], message: 'is an excerpt of nothing' });
      // Footage that called itself the page would be out of the scope of what was granted.
      const isMade = each.parent !== undefined || each.sealedParent !== undefined || each.recipe !== undefined;
      if ((each.role === 'verifier') !== (each.path === pagePath) || (each.role === 'verifier' && isMade))
        context.addIssue({ code: 'custom', path: [i], message: `is not the page ${pagePath}` });
      // So would footage that called itself a paper, and the sum of the contents would miss it.
      if ((each.role === 'document') !== isDocumentPath(each.path) || (each.role === 'document' && isMade))
        context.addIssue({ code: 'custom', path: [i], message: 'is not a paper in documents/' });
    }
  });

export const manifestSchema = z.strictObject({
  version: z.literal(1),
  packageId: text,
  createdAt: instant,
  timezone: z.literal('Asia/Shanghai'),
  requestId: text,
  basis: z.enum(bases),
  instrument: z
    .strictObject({
      type: z.enum(instrumentTypes),
      number: text,
      issuer: text,
      issuedOn: z.string().regex(/^\d{4}-\d\d-\d\d$/),
      provideBy: instant.optional(),
      scanSha256: hex64,
    })
    .nullable(),
  requestingUnit: text,
  officers: z.array(z.strictObject({ name: text, unit: text, idKind: z.enum(idKinds), idNumber: text })),
  custodian: z.strictObject({ city: z.string().regex(/^\d{6}$/), site: text, siteName: text, regime: z.enum(['ART7', 'ART9', 'PRIVATE']) }),
  policy: z.strictObject({ version: text, tier: z.literal([1, 2, 3]), planDigest: text, rows: z.array(text) }),
  plan,
  /** Only where the originals leave apart: which of the two packages this is. */
  part: z.enum(apartParts).optional(),
  /** Of the copies' package: SHA-256 of the manifest of the originals'. */
  originals: hex64.optional(),
  /** Only where less was granted than asked for. */
  narrowed: z.strictObject({ asked: z.array(item).min(1), granted: z.array(item).min(1) }).optional(),
  cameras: z.array(camera).min(1),
  approvals: z.array(z.strictObject({ step: text, person: text.optional(), at: instant })),
  method: z.strictObject({ exportgate: text, node: text, ffmpeg: text }),
  disclosures: z.array(z.strictObject({ commitment: digest, field: text, value: z.json(), salt: hex64 })),
  files,
  /** What papers name: SHA-256 of the list that `sha256sum` writes of all files but the papers. */
  contents: z.strictObject({ sha256: hex64 }),
  log: z.strictObject({ origin: text, vkey: text }),
  notice: z.strictObject({ zh: text, en: text }),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestCamera = Manifest['cameras'][number];
export type Disclosure = Manifest['disclosures'][number];
