// How a released package leaves, over REST: a counted transfer and its address, the passphrase, the receipt, the hand-over on a medium.
import { z } from 'zod';
import { packageParts } from '../../domain/package-part.js';
import { receiptPaperOf } from '../../export/receipt-paper.js';
import { Problem } from '../../domain/problem.js';
import { confirmReceipt, refuseReceipt } from '../../export/receipt.js';
import { sealedPart } from '../../export/deliver.js';
import { handoverNamed, handoverNumber, makeHandover, signHandover } from '../../export/handover.js';
import { recordRefusal } from '../../export/refusal.js';
import { tellLink, tellPassphrase } from '../../export/tell-delivery.js';
import { IDLE_MS } from '../../export/transfers.js';
import type { Asked } from '../../export/wrap.js';
import { linkAnswer, passphraseAnswer, transferAnswer } from '../answers.js';
import { operation, type Operation } from '../operation.js';
import { line, type emptySchema } from '../schemas.js';
import { sendTransfer } from '../send-transfer.js';
import { answerOf } from './answer.js';
import type { ApiParts } from './parts.js';

/** Left out: the first that the caller may have. */
const part = z.enum(packageParts).optional();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256, 64 lower-case hex digits');
const id = z.string().max(80);

/** Encrypted unless somebody asks otherwise. */
const wishSchema = z.union([
  z.strictObject({ part, form: z.literal('age'), recipient: z.string().max(80) }),
  z.strictObject({ part, form: z.enum(['zip', 'plain']).default('zip') }),
]) satisfies z.ZodType<Asked>;
const partSchema = z.strictObject({ part });
const receiptSchema = z.union([
  z.strictObject({ manifest: sha256, transfer: id.optional() }),
  z.strictObject({ refused: line(500), transfer: id.optional() }),
]);
const handoverSchema = z.strictObject({
  transfer: id,
  serial: line(64),
  bag: line(64),
  bytes: z.int().positive(),
  sha256,
  receivers: z.array(line(64)).min(1).max(8),
});
const signatureSchema = z.strictObject({ scanSha256: sha256.optional() });

const begin = operation<ApiParts, typeof wishSchema, typeof transferAnswer>({
  method: 'post',
  path: '/api/v1/requests/{id}/transfers',
  summary: 'Fetch the released package, encrypted or to an age key: one counted download, at an address for you alone (领取)',
  body: wishSchema,
  answer: transferAnswer,
  async run(parts, { subject, params, body }) {
    const request = params['id']!;
    const { transfer, address, part: of, wrapped } = await recordRefusal(parts, subject, 'export', request, () => parts.transfers.begin(subject, request, body));
    const { fileName, bytes } = wrapped;
    const state = parts.requests.state(request);
    return {
      status: 201,
      body: {
        ...{ transfer, address: addressOf(address), part: of, form: body.form, fileName, bytes },
        ...{ idleSeconds: IDLE_MS / 1000, expiresAt: state.release!.expiresAt },
        manifestSha256: sealedPart(state, of).manifest,
      },
    };
  },
});

export const addressOf = (address: string): string => `/api/v1/transfers/${address}`;

const take = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/transfers/{address}',
  takesHead: true,
  summary: 'The bytes of a transfer, with Range and If-Range, to the person it was begun by, until it ends',
  answers: 'application/octet-stream',
  async run(parts, { subject, params, request, response }) {
    await sendTransfer(parts, subject, params['address']!, request, response);
    return null;
  },
});

const link = operation<ApiParts, typeof emptySchema, typeof linkAnswer>({
  method: 'get',
  path: '/api/v1/requests/{id}/link',
  summary: 'The link to a released package, to pass on: it opens nothing by itself (领取链接)',
  answer: linkAnswer,
  async run(parts, { subject, params }) {
    const request = params['id']!;
    const last = await recordRefusal(parts, subject, 'export', request, () => tellLink(parts, subject, request));
    return { status: 200, body: { link: `${parts.url}/deliveries/${last}` } };
  },
});

const passphrase = operation<ApiParts, typeof partSchema, typeof passphraseAnswer>({
  method: 'post',
  path: '/api/v1/requests/{id}/passphrase',
  summary: 'The passphrase of the encrypted package, to an executor, who passes it on by another way than the link (口令)',
  body: partSchema,
  answer: passphraseAnswer,
  async run(parts, { subject, params, body }) {
    const request = params['id']!;
    const told = await recordRefusal(parts, subject, 'export', request, () => tellPassphrase(parts, subject, request, body.part));
    return { status: 201, body: { passphrase: told } };
  },
});

const receipt = operation<ApiParts, typeof receiptSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/receipt',
  summary: 'What was fetched is what was sealed, by the SHA-256 of manifest.json; or the receipt is refused (签收)',
  body: receiptSchema,
  async run(parts, { subject, params, body }) {
    const request = params['id']!;
    const step = () =>
      'manifest' in body
        ? confirmReceipt(parts, subject, request, body)
        : refuseReceipt(parts, subject, request, { reason: body.refused, transfer: body.transfer });
    return { status: 201, body: await answerOf(parts, subject, await recordRefusal(parts, subject, 'export', request, step)) };
  },
});

const receiptOnPaper = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/requests/{id}/receipt',
  summary: 'The list of the hand-over as it stands, to be signed: fetches, medium, who confirmed or would not (交接清单、回执) (?part)',
  answers: 'application/pdf',
  async run(parts, { subject, params, query, response }) {
    const request = params['id']!;
    const named = query.get('part') ?? undefined;
    const which = packageParts.find((it) => it === named);
    if (named !== undefined && which === undefined) throw new Problem('body-malformed', `part is one of: ${packageParts.join(', ')}.`);
    const bytes = await recordRefusal(parts, subject, 'export', request, () => receiptPaperOf(parts, subject, request, which));
    response
      .status(200)
      .set({ 'Content-Type': 'application/pdf', 'Content-Length': String(bytes.length), 'Content-Disposition': `attachment; filename="${request}-receipt.pdf"` })
      .end(bytes);
    return null;
  },
});

const handover = operation<ApiParts, typeof handoverSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/handovers',
  summary: 'A medium was written, read again and compared, by an executor (介质移交)',
  body: handoverSchema,
  async run(parts, { subject, params, body }) {
    const request = params['id']!;
    const { state, made } = await recordRefusal(parts, subject, 'handover', request, () => makeHandover(parts, subject, request, body));
    return { status: 201, body: { ...(await answerOf(parts, subject, state)), made: { handover: made.handover, number: handoverNumber(state, made.handover, parts.gateCode), at: made.at, by: subject.user, name: subject.name } } };
  },
});

/** As the gate calls it, or by the number on its list; a stranger hears the same of each. */
const handoverIn = ({ requests, gateCode }: ApiParts, request: string, text: string): string =>
  requests.isKnown(request) ? handoverNamed(requests.state(request), text, gateCode) : text;

const sign = operation<ApiParts, typeof signatureSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/handovers/{handover}/signature',
  summary: 'An officer signs for a medium by their own login, or an executor puts in the scan of the signed list (移交签字)',
  body: signatureSchema,
  async run(parts, { subject, params, body }) {
    const request = params['id']!;
    const state = await recordRefusal(parts, subject, 'handover', request, () => signHandover(parts, subject, request, handoverIn(parts, request, params['handover']!), body));
    return { status: 201, body: await answerOf(parts, subject, state) };
  },
});

export const deliveryOperations: readonly Operation<ApiParts>[] = [begin, take, link, passphrase, receipt, receiptOnPaper, handover, sign];
