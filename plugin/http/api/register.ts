// The register of what was done with footage, the clocks of keeping, and what the approvals tell: for who reads the journal.
import { Problem } from '../../domain/problem.js';
import { handOutRegister, judgeRegisterReader, registerFormats } from '../../export/register-paper.js';
import { reportApprovals } from '../../export/reports.js';
import { retentionOf } from '../../export/retention.js';
import { operation, type Operation } from '../operation.js';
import type { emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

function wanted(query: URLSearchParams, name: string, right: string): string {
  const value = query.get(name);
  if (!value) throw new Problem('body-malformed', `?${name} is wanted: ${right}.`);
  return value;
}

function counted(query: URLSearchParams, name: string, fallback: number, most: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^[1-9]\d{0,5}$/.test(text) || Number(text) > most) throw new Problem('body-malformed', `${name} is a whole number, 1 to ${most}.`);
  return Number(text);
}

const site = 'a site of sites.csv';
const month = 'a month like 2026-03';

const register = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/register',
  summary: 'The register of a site and month (信息调用登记) (?site, ?month, ?format=json|csv|xlsx|pdf, ?confidential=only, ?part)',
  async run(parts, { subject, query, response }) {
    const format = registerFormats.find((it) => it === (query.get('format') ?? 'json'));
    if (!format) throw new Problem('body-malformed', `format is one of: ${registerFormats.join(', ')}.`);
    const only = query.get('confidential');
    if (only !== null && only !== 'only') throw new Problem('body-malformed', 'confidential is: only.');
    const wish = {
      site: wanted(query, 'site', `${site}, or - for what belongs to none`),
      month: wanted(query, 'month', month),
      confidential: only === 'only',
      part: counted(query, 'part', 1, 100_000),
    };
    const { fileName, mediaType, bytes } = await handOutRegister(parts, subject, wish, format);
    response
      .status(200)
      .set({
        'Content-Type': mediaType,
        'Content-Length': String(bytes.length),
        'Content-Disposition': `attachment; filename="${fileName}"`,
      })
      .end(bytes);
    return null;
  },
});

const retention = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/retention',
  summary: 'Until when the requests of a site and their footage are kept (保存期限) (?site, ?limit, ?before)',
  async run(parts, { subject, query }) {
    const where = wanted(query, 'site', site);
    judgeRegisterReader(parts, subject, where);
    const requests = await retentionOf(parts, where, counted(query, 'limit', 50, 200), query.get('before') ?? undefined);
    return { status: 200, body: { site: where, requests } };
  },
});

const approvals = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/reports/approvals',
  summary: 'Time and outcome of each step, returns by code, what is overdue (审批效率) (?site; without it all sites, ?month)',
  async run(parts, { subject, query }) {
    const where = query.get('site');
    judgeRegisterReader(parts, subject, where);
    return { status: 200, body: await reportApprovals(parts, { site: where, month: wanted(query, 'month', month) }) };
  },
});

export const registerOperations: readonly Operation<ApiParts>[] = [register, retention, approvals];
