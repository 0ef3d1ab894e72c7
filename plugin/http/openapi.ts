// The API's description (OpenAPI 3.1), made from the list that is mounted.
import { z } from 'zod';
import { problems } from '../domain/problem.js';
import { sessionCookie } from './credentials.js';
import type { Operation } from './operation.js';

export function openapi(operations: readonly Operation<never>[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const it of operations) (paths[it.path] ??= {})[it.method] = describe(it);
  return {
    openapi: '3.1.0',
    info: { title: 'ExportGate 监控录像调取网关', version, description: '本系统不提供法律意见。Nothing here is legal advice.' },
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        // Unsafe methods also want X-CSRF-Token and an Origin of the gate's own.
        cookie: { type: 'apiKey', in: 'cookie', name: sessionCookie },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

function describe(it: Operation<never>): Record<string, unknown> {
  const names = [...it.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const problem = {
    description: 'A problem document (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    summary: it.summary,
    security: it.open === true ? [] : [{ token: [] }, { cookie: [] }],
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...(it.query ?? []).map((name) => ({ name, in: 'query', required: false, schema: { type: 'string' } })),
    ],
    ...(it.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: shapeOf(it.body) } },
      },
    }),
    ...(it.takes && {
      requestBody: { required: true, content: Object.fromEntries(it.takes.map((type) => [type, {}])) },
    }),
    responses: {
      [it.method === 'post' ? '201' : '200']: { description: 'Done', content: { [it.answers ?? 'application/json']: it.answer ? { schema: shapeOf(it.answer) } : {} } },
      default: problem,
    },
  };
}

const shapeOf = (schema: z.ZodType) => z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { enum: Object.keys(problems) },
    detail: { type: 'string' },
    instance: { type: 'string' },
    requestId: { type: 'string' },
    reasons: { type: 'array', items: { type: 'string' } },
    faults: {
      type: 'array',
      items: { type: 'object', properties: { code: { type: 'string' }, where: { type: 'string' }, detail: { type: 'string' } } },
    },
  },
};
