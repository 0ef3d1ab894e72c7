// An entry of a request's history as the verifier reads it (docs/spec/journal.md).
import { z } from 'zod';
import type { RequestEventName } from '../domain/audit-event.js';

/** Every event of a request. Leave one out and it does not compile. */
const events = {
  'export-requested': null,
  'export-denied': null,
  'export-returned': null,
  'export-held': null,
  'plan-replaced': null,
  'plan-narrowed': null,
  'call-back-made': null,
  'paper-served': null,
  'paper-accepted': null,
  'paper-overdue': null,
  'glass-asked': null,
  'glass-broken': null,
  'request-withdrawn': null,
  'request-closed': null,
  'preserve-queued': null,
  'preserve-started': null,
  'footage-sealed': null,
  'footage-missing': null,
  'frame-inspected': null,
  'footage-viewed': null,
  'areas-drawn': null,
  'expiry-near': null,
  'footage-expired': null,
  'hold-placed': null,
  'hold-lifted': null,
  'personal-erased': null,
  'deadline-near': null,
  'times-confirmed': null,
  'preserve-failed': null,
  'preserve-completed': null,
  'export-unavailable': null,
  'deadline-missed': null,
  'sla-missed': null,
  'request-reviewed': null,
  'export-granted': null,
  'fulfil-started': null,
  'fulfil-failed': null,
  'package-sealed': null,
  'release-asked': null,
  'clip-released': null,
  'passphrase-shown': null,
  'clip-transferred': null,
  'transfer-ended': null,
  'receipt-confirmed': null,
  'receipt-refused': null,
  'handover-made': null,
  'handover-signed': null,
  'copy-transferred': null,
  'review-drawn': null,
  'review-overdue': null,
  'release-reviewed': null,
  'case-closed': null,
  'copies-destroyed': null,
  'destruction-near': null,
  'destruction-asked': null,
  'footage-destroyed': null,
  'copies-found-destroyed': null,
  'footage-found-destroyed': null,
  'overwrite-near': null,
} satisfies Record<RequestEventName, null>;

/** Entries that hold a plan. */
export const planEvents = ['export-held', 'plan-replaced', 'plan-narrowed'] as const;

const head = {
  v: z.literal(1),
  index: z.int().nonnegative(),
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  by: z.string().min(1),
  requestId: z.string().min(1),
  requestSequence: z.int().nonnegative(),
  previous: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
};
const data = z.record(z.string(), z.unknown());
const items = z.array(z.looseObject({ camera: z.string(), from: z.string(), to: z.string(), basis: z.string().optional() })).min(1);

const sealedPackage = z.looseObject({ manifest: z.string(), timeStamp: z.strictObject({ sha256: z.string(), at: z.string() }).nullish() });

/** The data is looked into only where the verifier needs it; the rest is vouched for by hash. */
export const entrySchema = z.union([
  z.strictObject({ ...head, event: z.literal('export-requested'), data: z.looseObject({ items }) }),
  z.strictObject({
    ...head,
    event: z.enum(planEvents),
    data: z.looseObject({ planDigest: z.string(), plan: z.looseObject({ number: z.int(), replaces: z.string().nullable(), items }) }),
  }),
  z.strictObject({ ...head, event: z.literal('package-sealed'), data: sealedPackage.extend({ originals: sealedPackage.optional() }) }),
  z.strictObject({
    ...head,
    event: z.literal('areas-drawn'),
    data: z.looseObject({ camera: z.string(), index: z.looseObject({ sha256: z.string() }) }),
  }),
  z.strictObject({
    ...head,
    event: z.enum(Object.keys(events) as RequestEventName[]).exclude(['export-requested', ...planEvents, 'areas-drawn', 'package-sealed']),
    data,
  }),
]);

export type ReadEntry = z.infer<typeof entrySchema>;
