// docs/ref/config.md has every key of exportgate.yaml with its default, and no other; and every code of a fault.
import assert from 'node:assert/strict';
import { configJsonSchema } from '../../plugin/config/config-schema.js';
import { filesIn, read } from './sources.js';

interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  default?: unknown;
}
interface Key {
  default: unknown;
  isRequired: boolean;
}

/** `recorders.id` → its default, and whether it must be given. Groups of keys are there too. */
function keysOf(schema: Schema, before = ''): [string, Key][] {
  const open = schema.anyOf?.find(({ properties }) => properties) ?? schema;
  if (open.items) return keysOf(open.items, before);
  return Object.entries(open.properties ?? {}).flatMap(([name, inner]) => {
    const key = before + name;
    return [[key, { default: inner.default, isRequired: open.required?.includes(name) === true && inner.default === undefined }], ...keysOf(inner, `${key}.`)];
  });
}
const keys = new Map(keysOf(configJsonSchema() as Schema));

const document = read('docs/ref/config.md');
/** Where the rows of each table belong, in the order of the document. */
const tables: [heading: string, prefix: string][] = [
  ['# exportgate.yaml', ''],
  ['## `recorders[]`', 'recorders.'],
  ['## `oidc`', 'oidc.'],
  ['## `cameras[]`', 'cameras.'],
  ['## `notify`', 'notify.webhooks.'],
  ['Of `notify.mail`', 'notify.mail.'],
  ['## What must fit', ''],
];
const part = (at: number): string => document.slice(document.indexOf(tables[at]![0]), tables[at + 1] && document.indexOf(tables[at + 1]![0]));
const rows = new Map(
  tables.flatMap(([, prefix], at) =>
    [...part(at).matchAll(/^\| (`[^|]*) \| ([^|]*) ?\| (.*) \|$/gm)].flatMap(([, names, value, right]) =>
      [...names!.matchAll(/`([\w.]+)`/g)].map(([, name]) => [prefix + name!, { value: value!.trim(), right: right! }] as const),
    ),
  ),
);
/** Of webhooks and of mail alike, told once. */
const shared = ['caFile', 'networks', 'kinds'];
const rowOf = (key: string) => rows.get(key) ?? (shared.some((name) => key === `notify.mail.${name}`) ? rows.get(key.replace('mail', 'webhooks')) : undefined);
const parentOf = (key: string): string => key.slice(0, key.lastIndexOf('.'));

describe('docs/ref/config.md', () => {
  it('has no key that the schema lacks', () => assert.deepEqual([...rows.keys()].filter((key) => !keys.has(key)), []));

  for (const [key, { default: value, isRequired }] of keys) {
    const isGroup = [...keys.keys()].some((other) => other.startsWith(`${key}.`));
    if (isGroup && !rowOf(key)) continue;
    it(`has ${key}, and what it is without being given`, () => {
      const row = rowOf(key);
      if (!row) return assert.ok(rows.get(parentOf(key))?.right.includes(key.slice(key.lastIndexOf('.') + 1)), 'it is missing');
      if (isRequired) assert.match(row.value, /^must be given/);
      else assert.notEqual(row.value, 'must be given');
      if (['string', 'number', 'boolean'].includes(typeof value)) assert.equal(row.value, `\`${String(value)}\``);
    });
  }

  it('lists every code of a fault, and no other', () => {
    const [, list] = document.split('## Fault codes');
    const sources = [...filesIn('plugin/config', /\.ts$/).map(read)].join('\n') + (/code: 'camera-unknown'/.exec(read('plugin/configured.ts'))?.[0] ?? '');
    const used = [...sources.matchAll(/\b(?:fault|refuse)\(\s*(?:[\w.]+ \? )?'([a-z-]+)'(?: : '([a-z-]+)')?|code: (?:\w+ \? )?'([a-z-]+)'(?: : '([a-z-]+)')?|'(missing|not-allowed)',/g)]
      .flatMap(([, ...codes]) => codes)
      .filter((code) => code !== undefined);
    const told = [...list!.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!);
    assert.deepEqual([...new Set(told)].sort(), [...new Set(used)].sort());
  });
});
