// What a route table looks like as data (adapters/<kind>/routes.json, adapters/route-tables/*.json). A word that is not listed here is a fault:
// a condition that nobody reads would be a door that looks shut.
import { z } from 'zod';
import { webClasses } from '../../domain/route-table.js';

/** Letters of a name on the wire; `x[]` is a list. */
const name = z.string().regex(/^[A-Za-z0-9_$.:@-]{1,64}(?:\[\])?$/);
const words = z.string().min(1).max(2000);
const pattern = z.string().min(1).max(4000);

const condition = z
  .strictObject({
    src: z.enum(['query', 'param', 'path', 'json', 'zms']),
    name: z.string().min(1).max(200),
    eq: z.string().optional(),
    in: z.array(z.string()).min(1).optional(),
    re: pattern.optional(),
    present: z.literal(true).optional(),
    absent: z.literal(true).optional(),
    known: z.enum(['camera', 'stream', 'camera_or_birdseye']).optional(),
  })
  .refine(({ eq, in: among, re, present, absent, known }) => [eq, among, re, present, absent, known].some((test) => test !== undefined), {
    error: 'one of eq, in, re, present, absent, known',
  });

const route = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/, { error: 'a kebab-case word' }),
  methods: z.union([z.tuple([z.literal('*')]), z.array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])).min(1)], {
    error: '["*"], or methods in capitals',
  }),
  path: pattern,
  flags: z.literal('i').optional(),
  ws: z.boolean().default(false),
  when: z.array(condition).default([]),
  allow_params: z.array(z.string().min(1)).optional(),
  deny_params_re: pattern.optional(),
  class: z.enum(webClasses),
  /** A file of the system's own web folder, which browsers may keep. */
  asset: z.boolean().default(false),
  leaves: words,
  expects: z.array(z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/, { error: 'type/subtype in small letters' })).default([]),
  extract: z.record(z.string(), z.unknown()).optional(),
  replace: words.optional(),
  /** Rules for messages of a WebSocket, in words, for whoever writes the adapter. */
  inspect: z.record(z.string(), words).optional(),
  note: words.optional(),
  since: words.optional(),
  examples: z.array(words).default([]),
});

export const tableSchema = z.strictObject({
  vms: words,
  version_read: words,
  verified: words.optional(),
  basePath: z.string().regex(/^(?:\/[A-Za-z0-9_-]+)*$/, { error: 'empty, or /name without a slash at its end' }),
  default: z.literal('deny'),
  upstream: z.strictObject({ ports: z.record(z.string(), z.union([z.number().int(), z.string()])), also_listening: z.array(words) }),
  normalise: z.strictObject({
    decode: z.literal('once'),
    merge_slashes: z.boolean(),
    /** False: every path of the table is compared in any case. */
    case_sensitive: z.boolean(),
    params: z.strictObject({
      model: z.enum(['php', 'plain']),
      dispatch_keys: z.array(name),
      value_keys: z.array(name),
      value_re: pattern.optional(),
      id_keys: z.array(name),
      id_re: pattern.optional(),
      body_types: z.array(z.enum(['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json'])),
    }),
  }),
  auth: z.strictObject({ strip_from_client: z.array(z.string().min(1).max(64)) }),
  /** For whoever writes the adapter. The gate reads nothing of it. */
  facts: z.record(z.string(), z.unknown()),
  routes: z.array(route).min(1),
});

export type TableData = z.infer<typeof tableSchema>;
export type TableIssue = z.core.$ZodIssue;
