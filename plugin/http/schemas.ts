// Bodies that come in, judged before anything sees them: every text has a length, every list an end.
import { z } from 'zod';
import { findings } from '../domain/audit-event.js';
import { bases, returnCodes } from '../domain/basis.js';
import { idKinds, type Form } from '../domain/export-request.js';
import { fewestCorners, hiddenThings, longestReason, maskStyles, mostAreas, mostCorners, wholeSide } from '../domain/mask-area.js';
import { purposes } from '../domain/kind.js';
import { approvalKinds, instrumentTypes } from '../domain/legal-instrument.js';
import { isUserId, type UserId } from '../domain/subject.js';

/** One line for people: no control characters, which could forge lines on paper and marks. */
export const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'no control characters');
export const instantSchema = z
  .string()
  .max(40)
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/, 'an instant with its zone, like 2026-03-01T10:00:00+08:00');
const cameraId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a camera of policies/cameras.csv');
export const user = z.custom<UserId>((value) => typeof value === 'string' && isUserId(value), 'a user like user:li.wei');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256, 64 lower-case hex digits');

/** A scan that is not there is a defect of the form, to be told with all others. */
const scan = sha256.or(z.literal('')).default('');

export const instrumentSchema = z.strictObject({
  type: z.enum(instrumentTypes),
  number: line(64),
  issuer: line(120),
  sealPresent: z.boolean(),
  issuedOn: z.iso.date(),
  provideBy: instantSchema.optional(),
  describes: line(500).optional(),
  covers: z
    .array(z.strictObject({ cameras: z.array(cameraId).min(1).max(64), from: instantSchema, to: instantSchema }))
    .min(1)
    .max(32),
  approverName: line(64).optional(),
  scanSha256: scan,
  approval: z.strictObject({ kind: z.enum(approvalKinds), issuer: line(120), scanSha256: scan }).optional(),
});

export const itemsSchema = z
  .array(z.strictObject({ camera: cameraId, from: instantSchema, to: instantSchema, basis: z.literal('recorder').optional() }))
  .min(1)
  .max(32);
export const precheckSchema = z.strictObject({ items: itemsSchema, reason: line(500) });

const ofOfficer = { idValidUntil: z.iso.date().optional(), cardSha256: sha256.optional(), auxiliary: z.literal(true).optional() };
/** Typed from the card, or by account, whose card was seen. The unit is typed once where they share it. */
export const officersSchema = z
  .array(
    z.union([
      z.strictObject({ name: line(64), unit: line(120).optional(), idKind: z.enum(idKinds), idNumber: line(32), ...ofOfficer }),
      z.strictObject({ user, ...ofOfficer }),
    ]),
  )
  .max(8)
  .refine(([first]) => first === undefined || 'user' in first || first.unit !== undefined, {
    path: [0, 'unit'],
    error: 'the unit of the first officer; of a later one it may be left out, and is then the same',
    // Told beside what else is wrong with them.
    when: ({ value }) => Array.isArray(value) && value.every((it) => typeof it === 'object' && it !== null),
  });

export const applicationSchema = z.strictObject({
  basis: z.enum(bases),
  purpose: z.enum(purposes).optional(),
  items: itemsSchema,
  officers: officersSchema,
  reason: line(500),
  caseNumber: line(64).optional(),
  necessity: line(500).optional(),
  instrument: instrumentSchema.optional(),
  recordingReference: line(64).optional(),
  visitor: z.strictObject({ name: line(64), idNumber: line(32), statement: line(500) }).optional(),
  ticket: line(64).optional(),
  applicant: user.optional(),
}) satisfies z.ZodType<Form>;

const seenPlan = z.string('planDigest of the plan that you saw').max(80);
export const reviewSchema = z.discriminatedUnion('verdict', [
  z.strictObject({ verdict: z.literal('approve'), planDigest: seenPlan }),
  z.strictObject({ verdict: z.literal('narrow'), items: itemsSchema, planDigest: seenPlan }),
  z.strictObject({ verdict: z.literal('return'), code: z.enum(returnCodes) }),
]);

const side = z.int('whole ten-thousandths of the picture').min(0).max(wholeSide);
const areaSchema = z.strictObject({
  shape: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('rectangle'), x: side, y: side, width: side, height: side }),
    z.strictObject({ kind: z.literal('polygon'), corners: z.array(z.tuple([side, side])).min(fewestCorners).max(mostCorners) }),
  ]),
  style: z.enum(maskStyles),
  span: z.strictObject({ from: instantSchema, to: instantSchema }).optional(),
  hides: z.array(z.enum(hiddenThings)).min(1).max(hiddenThings.length),
  reason: line(longestReason),
});
/** What is masked of one camera; `reason`: why nothing is, with an empty list. */
export const areasSchema = z.strictObject({ areas: z.array(areaSchema).max(mostAreas), reason: line(longestReason).optional() });
export const previewSchema = areasSchema.extend({ at: instantSchema.optional() });

export const afterReviewSchema = z.strictObject({ finding: z.enum(findings) });

export const timesSchema = z.strictObject({ camera: cameraId, first: instantSchema, last: instantSchema });

const otp = z.string().max(16);
const newPassword = z.string().min(1).max(256);
const code = z.string().max(128);
export const sessionSchema = z.strictObject({
  user: z.string().max(80),
  password: z.string().max(256),
  otp: otp.optional(),
  cookie: z.boolean().optional(),
});
export const renewalSchema = z.strictObject({ renewal: z.string().max(256) });
export const otpSchema = z.strictObject({ otp });
export const invitationSchema = z.strictObject({
  user,
  name: line(64),
  unit: line(120),
  card: z.strictObject({ idKind: z.enum(idKinds), idNumber: line(32), sha256: sha256.optional() }).optional(),
  expiresAt: instantSchema.optional(),
});
export const confirmationSchema = z.strictObject({ token: code.optional() });
export const acceptanceSchema = z.strictObject({ code, password: newPassword });
export const passwordSchema = z.strictObject({ current: z.string().max(256), next: newPassword, otp: otp.optional() });
export const setupSchema = z.strictObject({ token: code, user, name: line(64), unit: line(120), password: newPassword });
export const releaseSchema = z.strictObject({ originalsFor: user.optional() });
export const emptySchema = z.strictObject({});

const short = z.string().max(64);
/** As a browser's input writes it: Beijing time. */
const localTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/, 'a date and time');
/** What the page sends that asks for a reason; `form` is its one-time token. */
export const lookSchema = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('view'), form: short, reason: z.string().max(500), from: localTime, to: localTime }),
  z.strictObject({ act: z.literal('link'), form: short, request: short }),
  z.strictObject({ act: z.literal('apply'), form: short, reason: z.string().max(500), ticket: short }),
]);
export type LookForm = z.infer<typeof lookSchema>;
