// Shapes of answers that pages are written against: the document describes them, and an operation that breaks its promise does not compile.
// An answer may say more than is promised here.
import { z } from 'zod';
import { bases, formDefects, returnCodes } from '../domain/basis.js';
import { acts, facts } from '../domain/decision.js';
import * as duty from '../domain/duty.js';
import { idKinds } from '../domain/export-request.js';
import { kinds, purposes } from '../domain/kind.js';
import { approvalKinds, instrumentTypes } from '../domain/legal-instrument.js';
import { states } from '../domain/lifecycle.js';
import { allNoticeKinds } from '../domain/notice.js';
import { packageParts } from '../domain/package-part.js';

const text = z.string();
/** ISO-8601, UTC. */
const instant = z.string();
const maybe = <S extends z.ZodType>(schema: S) => schema.nullable();
const list = <S extends z.ZodType>(schema: S) => z.array(schema).readonly();
const subject = { user: text, name: text, unit: text };

export const sessionAnswer = z.object({
  ...subject,
  session: text,
  /** What a page sends along as X-CSRF-Token; null for a token. */
  csrf: maybe(text),
  endsAt: instant,
  /** Roles, each with where it is held: `<city>`, `<city>/<site>` or `*`. */
  roles: list(z.object({ role: text, place: text })),
  /** What the roles allow at some place, under some basis: for a menu, not for a decision. */
  may: list(z.enum(acts)),
});
export const signInAnswer = z.object({ ...subject, session: text, endsAt: instant });
export const sessionsAnswer = z.object({
  sessions: list(z.object({ id: text, user: text, kind: z.enum(['token', 'cookie']), startedAt: instant, usedAt: instant, isThis: z.boolean() })),
});
const secondFactor = z.object({ secret: text, uri: text });
export const joinedAnswer = z.object({ user: text, expiresAt: instant, secondFactor: maybe(secondFactor) });
export const emptyAnswer = z.object({});
export const healthAnswer = z.object({ version: text, policyVersion: text, journalSize: z.number() });

const twoTongues = z.object({ zh: text, en: text });
export const wordsAnswer = z.object({
  steps: list(z.object({ step: text, role: text, zh: text, en: text })),
  bases: list(twoTongues.extend({ basis: z.enum(bases), organ: z.boolean() })),
  /** Where the person holds a role. */
  sites: list(
    z.object({ id: text, city: text, cityName: text, name: text, retentionDays: z.number(), cameras: list(z.object({ id: text, name: text, groups: list(text) })) }),
  ),
});

export const noticesAnswer = z.object({
  unseen: z.number(),
  notices: list(
    twoTongues.extend({
      id: z.number(),
      kind: z.enum(allNoticeKinds),
      request: maybe(text),
      deadline: maybe(instant),
      urgency: z.enum(['normal', 'urgent']),
      at: instant,
      seenAt: maybe(instant),
    }),
  ),
});
export const seenAnswer = z.object({ seen: z.number() });

const draft = z.object({ id: text, version: z.number(), updatedAt: instant, form: z.record(z.string(), z.unknown()) });
export const draftAnswer = draft;
export const draftsAnswer = z.object({
  drafts: list(z.object({ id: text, version: z.number(), updatedAt: instant, basis: maybe(text), reason: maybe(text), caseNumber: maybe(text) })),
});
export const discardedAnswer = z.object({ discarded: text });

const item = z.object({ camera: text, from: instant, to: instant, basis: z.literal('recorder').optional() });
const plan = z.object({
  number: z.number(),
  city: text,
  site: text,
  tier: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  items: list(item),
  facts: list(z.enum(facts)),
  steps: list(z.object({ step: text, role: text })),
  inspect: list(text),
  officers: z.number(),
  papers: list(z.enum(duty.papers)),
  span: z.object({ softHours: z.number(), hardHours: z.number() }),
  cameras: z.number(),
  execute: z.enum(duty.executions),
  marks: list(z.enum(duty.marks)),
  masks: list(z.enum(duty.maskings)),
  sound: z.enum(duty.copySounds),
  deliver: z.enum(duty.deliveries),
  original: z.enum(duty.originals),
  encrypt: z.enum([...duty.encryptions, 'none']),
  downloads: z.number(),
  expiresHours: z.number(),
  retainDays: maybe(z.number()),
  paperHours: maybe(z.number()),
  policyVersion: text,
});
const instrument = z.object({
  type: z.enum(instrumentTypes),
  number: text,
  issuer: text,
  sealPresent: z.boolean(),
  issuedOn: text,
  provideBy: instant.optional(),
  describes: text.optional(),
  covers: list(z.object({ cameras: list(text), from: instant, to: instant })),
  approverName: text.optional(),
  scanSha256: text,
  approval: z.object({ kind: z.enum(approvalKinds), issuer: text, scanSha256: text }).optional(),
});
const tracks = {
  approval: z.enum(['requested', 'denied', 'returned', 'withdrawn', 'closed', 'held', 'granted']),
  custody: z.enum(['none', 'queued', 'pulling', 'sealed', 'unavailable', 'expired', 'destroyed']),
  delivery: z.enum(['none', 'packaging', 'packaged', 'release-asked', 'released']),
};
const step = z.object({ step: text, role: text });

export const requestAnswer = z.object({
  requestId: text,
  state: z.enum(states),
  ...tracks,
  kind: z.enum(kinds),
  confidential: z.boolean(),
  basis: z.enum(bases),
  purpose: z.enum(purposes),
  city: text,
  site: text,
  items: list(item),
  unit: text,
  applicant: maybe(text),
  enteredBy: maybe(text),
  requestedAt: instant,
  reason: text,
  necessity: maybe(text),
  ticket: maybe(text),
  caseNumber: maybe(text),
  instrument: maybe(instrument),
  officers: list(z.object({ name: text, unit: text, idKind: z.enum(idKinds), idNumber: text })),
  late: z.boolean(),
  plan: maybe(plan),
  /** Named by a voice that agrees to the plan. */
  planDigest: maybe(text),
  sla: maybe(z.object({ verifyBy: instant, releaseBy: instant })),
  slaMissed: list(z.enum(['verify', 'total'])),
  /** The step whose voice it waits for. */
  waitsFor: maybe(step),
  waitsForRoom: maybe(text),
  voices: list(z.object({ step: text, at: instant, by: maybe(text), standsInFor: maybe(text) })),
  granted: list(item),
  grantedAt: maybe(instant),
  endedAt: maybe(instant),
  footageExpiresAt: maybe(instant),
  returned: maybe(z.object({ codes: list(z.enum([...returnCodes, ...formDefects])) })),
  lastFailure: maybe(text),
  footage: list(z.object({ camera: text, state: text, doubt: maybe(text), parts: z.number(), frames: z.number(), bytes: z.number() })),
  missing: list(z.object({ camera: text, cause: text })),
  fulfilment: z.enum(['complete', 'partial', 'none', 'open']),
  areasMissing: list(text),
  timesUnconfirmed: list(text),
  manifestSha256: maybe(text),
  releaseAskedBy: maybe(text),
  release: maybe(
    z.object({ at: instant, expiresAt: instant, downloads: z.number(), fetched: z.number(), originalsFor: maybe(text).optional(), originalsFetched: z.number().optional(), executors: list(maybe(text)) }),
  ),
  receivedAt: maybe(instant),
  transfers: list(
    z.object({
      transfer: text,
      part: z.enum(packageParts),
      form: text,
      bytes: z.number(),
      by: maybe(text),
      at: instant,
      ended: maybe(z.object({ why: text, at: instant })),
      receipt: maybe(z.object({ outcome: z.enum(['confirmed', 'refused']), by: maybe(text), at: instant })),
    }),
  ),
  /** Whom the user names above stand for. */
  people: z.record(z.string(), z.object({ name: text, unit: text })),
});

export const requestsAnswer = z.object({
  requests: list(
    z.object({
      requestId: text,
      state: z.enum(states),
      city: text,
      site: text,
      basis: z.enum(bases),
      requestedAt: instant,
      provideBy: maybe(instant),
      waitsForStep: maybe(text),
      /** Voices that were given, of how many. */
      voices: z.number(),
      steps: z.number(),
      /** Until when it should be released; null where the plan names no time, or it is over. */
      dueAt: maybe(instant),
      late: z.boolean(),
      applicant: text,
    }),
  ),
});

export const transferAnswer = z.object({
  transfer: text,
  address: text,
  part: z.enum(packageParts),
  form: text,
  fileName: text,
  bytes: z.number(),
  idleSeconds: z.number(),
  expiresAt: instant,
  manifestSha256: text,
});
export const linkAnswer = z.object({ link: text });
export const passphraseAnswer = z.object({ passphrase: text });
