// Years later: what was delivered, what was destroyed, and that a backup came back when somebody tried.
import { z } from 'zod';
import { requestNamed } from '../../domain/paper-number.js';
import { Problem } from '../../domain/problem.js';
import { parseInstant } from '../../domain/span.js';
import { certificateOf, certificatePaper, destructions } from '../../export/certificate.js';
import { findDeliveries, type Sought } from '../../export/find-deliveries.js';
import { operation, type Operation } from '../operation.js';
import { instantSchema, type emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const number = z.int().min(0).max(1e9);
const drillSchema = z.strictObject({ report: z.string().regex(/^[0-9a-f]{64}$/), backup: instantSchema, packages: number, destroyed: number, findings: number });

function soughtIn(query: URLSearchParams, gate: string): Sought {
  const [hash, id, caseNumber] = ['hash', 'id', 'case'].map((name) => query.get(name));
  if ([hash, id, caseNumber].filter((it) => it !== null).length !== 1) throw new Problem('body-malformed', 'Say one of: hash, id, case.');
  if (hash) {
    if (!/^[0-9a-fA-F]{64}$/.test(hash)) throw new Problem('body-malformed', 'hash is a SHA-256 or an SM3, 64 hexadecimal digits.');
    return { hash: hash.toLowerCase() };
  }
  const text = id ?? caseNumber ?? '';
  if (text.length === 0 || text.length > 200) throw new Problem('body-malformed', 'id and case are texts of 1 to 200 characters.');
  return id === null ? { case: text } : { id: requestNamed(text.trim().toUpperCase(), gate) };
}

const find = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/deliveries',
  summary: 'What was delivered to whom, by the hash of a file or of the manifest, a request’s number, or a case’s (交付查证) (?hash | ?id | ?case)',
  async run(parts, { subject, query }) {
    return { status: 200, body: await findDeliveries(parts, subject, soughtIn(query, parts.gateCode)) };
  },
});

const certificate = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/requests/{id}/destruction',
  summary: 'The certificate of what was destroyed of a request, with the sums of each file (销毁证明) (?format=json|pdf, and of the paper ?of=copies|original)',
  async run(parts, { subject, params, query, response }) {
    const format = query.get('format') ?? 'json';
    if (format !== 'json' && format !== 'pdf') throw new Problem('body-malformed', 'format is: json, pdf.');
    if (format === 'pdf') {
      const named = query.get('of') ?? undefined;
      const of = destructions.find((it) => it === named);
      if (named !== undefined && of === undefined) throw new Problem('body-malformed', `of is: ${destructions.join(', ')}.`);
      const bytes = await certificatePaper(parts, subject, params['id']!, of);
      response
        .status(200)
        .set({ 'Content-Type': 'application/pdf', 'Content-Length': String(bytes.length), 'Content-Disposition': 'attachment; filename="certificate.pdf"' })
        .end(bytes);
      return null;
    }
    return { status: 200, body: await certificateOf(parts, subject, params['id']!) };
  },
});

const drilled = operation<ApiParts, typeof drillSchema>({
  method: 'post',
  path: '/api/v1/restore-drills',
  summary: 'Record that a backup was brought back to a place apart, and what was found (恢复演练)',
  body: drillSchema,
  async run({ journal, policy }, { subject, body }) {
    if (!policy.allows(subject.user, 'manage', 'account:*', null)) throw new Problem('not-permitted', 'Drills are recorded by administrators.');
    const { index } = await journal.append({ event: 'restore-drilled', by: subject.pseudonym, data: { ...body, backup: parseInstant(body.backup) } });
    return { status: 201, body: { entry: index } };
  },
});

export const proofOperations: readonly Operation<ApiParts>[] = [find, certificate, drilled];
