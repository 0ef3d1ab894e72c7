// docs/spec/manifest.md has every member of a manifest and of its plan, and no other; and every role of a file.
import assert from 'node:assert/strict';
import { artifactRoles } from '../../plugin/domain/artifact.js';
import { manifestSchema } from '../../plugin/evidence/manifest-schema.js';
import { read } from './sources.js';

const document = read('docs/spec/manifest.md');
const section = (heading: string): string => document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!;
/** `narrowed`? → narrowed?, `files[]` → files: what stands first in the rows of a table. */
const members = (heading: string): string[] =>
  [...section(heading).matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`([\w]+)(?:\[\])?`(\??)/g)].map(([, name, mark]) => name! + mark!));
const schemaOf = ({ shape }: { shape: Record<string, { safeParse(value: unknown): { success: boolean } }> }): string[] =>
  Object.entries(shape).map(([name, schema]) => (schema.safeParse(undefined).success ? `${name}?` : name));

describe('docs/spec/manifest.md', () => {
  it('has every member of a manifest, and no other', () => assert.deepEqual(members('Members').sort(), schemaOf(manifestSchema).sort()));
  it('has every member of a plan, and no other', () => {
    const { shape } = manifestSchema.shape.plan as unknown as Parameters<typeof schemaOf>[0];
    assert.deepEqual(members('The plan').sort(), schemaOf({ shape }).sort());
  });
  it('names every role of a file', () => {
    const told = /`role` \(([^)]*)\)/.exec(section('Members'))![1]!;
    assert.deepEqual([...told.matchAll(/`(\w+)`/g)].map(([, role]) => role), [...artifactRoles]);
  });
});
