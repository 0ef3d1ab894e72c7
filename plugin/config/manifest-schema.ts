// The shape of manifest.json, published as docs/ref/plugin-manifest.schema.json.
import { z } from 'zod';

/** What the plugin can do. Closed: a reader of the manifest must be able to know every word. */
export const capabilities = [
  'intercept',
  'policy',
  'approval',
  'preserve',
  'seal',
  'render',
  'package',
  'verify',
  'journal',
  'rest',
  'cli',
] as const;

/** The ports of plugin/domain that an adapter may implement. */
export const ports = ['Vms'] as const;

const text = (pattern: RegExp, right: string) => z.string(right).regex(pattern, right).meta({ description: right });
const word = text(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'a kebab-case word, like recorded-replay');
const mapRight = 'a map of keys and values';

const adapter = z.strictObject(
  {
    kind: word.meta({ description: 'the name of its folder under adapters/' }),
    capabilities: z.array(word, 'a list of words').max(32, 'at most 32 words'),
    rights: z
      .array(text(/^[^\p{Cc}]{1,200}$/u, 'a right on the video system, in words'), 'a list of rights that the gate’s account needs')
      .max(32, 'at most 32 rights'),
  },
  mapRight,
);

export const manifestSchema = z.strictObject(
  {
    $schema: z.literal('docs/ref/plugin-manifest.schema.json', 'docs/ref/plugin-manifest.schema.json').optional(),
    name: z.literal('exportgate', 'exportgate'),
    version: text(/^(?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){2}(?:-[0-9a-z.-]{1,40})?$/, 'a version, like 0.1.0'),
    engines: z.strictObject({ node: text(/^>=\d{2}\.\d{1,2}$/, 'the least Node, like >=20.19') }, mapRight),
    capabilities: z
      .array(z.enum(capabilities, `one of ${capabilities.join(', ')}`), 'a list of capabilities')
      .min(1, 'at least one capability'),
    ports: z.array(z.enum(ports, `one of ${ports.join(', ')}`), 'a list of ports').min(1, 'at least one port'),
    adapters: z.array(adapter, 'a list of adapters').min(1, 'at least one adapter').max(100, 'at most 100 adapters'),
    config: z
      .record(z.string(), z.unknown(), 'the JSON schema of exportgate.yaml')
      .meta({ description: 'the JSON schema of exportgate.yaml' }),
  },
  mapRight,
);

export type Manifest = z.output<typeof manifestSchema>;

/** JSON schema (draft 2020-12) as published. */
export const manifestJsonSchema = (): Record<string, unknown> =>
  JSON.parse(JSON.stringify(z.toJSONSchema(manifestSchema, { io: 'input' }))) as Record<string, unknown>;
