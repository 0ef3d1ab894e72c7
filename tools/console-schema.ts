// Makes console/src/api/schema.ts: what each operation of the API takes and answers, as types, out of the API's own description. Not kept in the
// repository: `npm run lint` and `npm run build:console` make it anew, so it is never out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { operations } from '../plugin/http/api/index.js';
import { openapi } from '../plugin/http/openapi.js';
import type { Operation } from '../plugin/http/operation.js';

const file = fileURLToPath(new URL('../console/src/api/schema.ts', import.meta.url));

/** As far as our own schemas go (JSON Schema 2020-12). */
interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema | boolean;
  prefixItems?: Schema[];
}

/** A type in TypeScript's words. */
export function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return [...new Set(either.map(typeOf))].map((each) => `(${each})`).join(' | ');
  if (schema.allOf) return schema.allOf.map((each) => `(${typeOf(each)})`).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => `(${typeOf({ ...schema, type })})`).join(' | ');
  if (schema.prefixItems) return `readonly [${schema.prefixItems.map(typeOf).join(', ')}]`;
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `readonly (${typeof schema.items === 'object' ? typeOf(schema.items) : 'unknown'})[]`;
    case 'object':
      return objectOf(schema);
    default:
      return 'unknown';
  }
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const named = Object.entries(properties).map(([name, each]) => `${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(each)};`);
  if (named.length === 0 && typeof additionalProperties === 'object') return `Readonly<Record<string, ${typeOf(additionalProperties)}>>`;
  return named.length === 0 ? 'Record<string, never>' : `{ ${named.join(' ')} }`;
}

interface Described {
  parameters: { name: string; in: 'path' | 'query' }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}

interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: { Problem: Schema } };
}

function describe({ parameters, requestBody, responses }: Described): string {
  const named = (where: string, mark: string): string => {
    const names = parameters.filter((it) => it.in === where).map(({ name }) => `${JSON.stringify(name)}${mark}: string;`);
    return names.length === 0 ? 'Record<string, never>' : `{ ${names.join(' ')} }`;
  };
  const [[type, { schema } = {}] = ['', {}]] = Object.entries(Object.values(responses)[0]?.content ?? {}) as [string, { schema?: Schema }][];
  const body = requestBody && (requestBody.content['application/json']?.schema ? typeOf(requestBody.content['application/json'].schema) : 'Blob');
  const given = type !== 'application/json' ? 'Blob' : schema ? typeOf(schema) : 'unknown';
  return `{ params: ${named('path', '')}; query: ${named('query', '?')}; body: ${body ?? 'undefined'}; answer: ${given} }`;
}

/** Text of schema.ts. */
export function makeTypes(): string {
  const document = openapi(operations as readonly Operation<never>[], '') as unknown as Document;
  const lines = Object.entries(document.paths).flatMap(([at, methods]) =>
    Object.entries(methods).map(([method, described]) => `  ${JSON.stringify(`${method.toUpperCase()} ${at}`)}: ${describe(described)};`),
  );
  return `// Made by tools/console-schema.ts out of the API's description; changes belong there.
export interface Operations {
${lines.join('\n')}
}

export type ProblemCode = ${typeOf(document.components.schemas.Problem.properties!['code']!)};
`;
}

/** Written only where it differs, so that nothing is built anew for nothing. */
export function writeTypes(): void {
  const made = makeTypes();
  mkdirSync(path.dirname(file), { recursive: true });
  const old = (() => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return null;
    }
  })();
  if (old !== made) writeFileSync(file, made);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeTypes();
