// What the gate says of itself to anybody: that it runs, its public key, and where a stopped client is sent.
import { verifierPage } from '../../evidence/page.js';
import { healthAnswer } from '../answers.js';
import { operation, type Operation } from '../operation.js';
import { type emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const health = operation<ApiParts, typeof emptySchema, typeof healthAnswer>({
  method: 'get',
  path: '/api/v1/health',
  summary: 'Does the gate run, under which version and policy?',
  answer: healthAnswer,
  open: true,
  async run({ version, policy, journal }) {
    return { status: 200, body: { version, policyVersion: policy.version, journalSize: journal.size } };
  },
});

const key = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/keys/gate.pub',
  summary: 'The keys that sign manifests (PEM, SPKI), the one in use first',
  open: true,
  answers: 'application/x-pem-file',
  async run({ gatePublicKey }, { response }) {
    response.type('application/x-pem-file').send(gatePublicKey);
    return null;
  },
});

const verifier = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/verify.html',
  summary: 'The page that verifies a package in the browser; it sends nothing back',
  open: true,
  answers: 'text/html',
  async run(_parts, { response }) {
    // It brings its own rules for what it runs; only who may frame it is for a header alone to say.
    response.set('Content-Security-Policy', "frame-ancestors 'none'").type('text/html; charset=utf-8').send(verifierPage());
    return null;
  },
});

const apply = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/apply',
  summary: 'Where a stopped client is sent: how to apply',
  open: true,
  answers: 'text/html',
  async run(_parts, { response }) {
    response.type('text/html; charset=utf-8').send(page);
    return null;
  },
});

const page = `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>申请调取录像 · Apply for recorded footage</title>
<h1>录像须经申请调取</h1>
<p>您的客户端请求了录像回放或导出，网关已记录并拦截。请由办案人员凭法律文书提出申请：<code>POST /api/v1/requests</code>，或使用命令
<code>exportgate request submit 申请.json</code>。表格字段见 <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>。</p>
<h1>Recorded footage leaves by application only</h1>
<p>Your client asked for recorded footage; the gate recorded that and stopped it. Apply with the legal instrument: <code>POST /api/v1/requests</code>, or
<code>exportgate request submit FILE</code>. The form is described in <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
<p>本系统不提供法律意见。Nothing here is legal advice.</p></html>
`;

export const aboutOperations: readonly Operation<ApiParts>[] = [health, key, verifier, apply];
