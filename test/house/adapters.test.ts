// Adapters: what manifest.json says of them is what they say of themselves, and siblings have the same filenames.
// UPDATE_GOLDEN=1 writes the manifest's list anew.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapters } from '../../adapters/index.js';
import type { Manifest } from '../../plugin/config/manifest-schema.js';
import { readManifest } from '../../plugin/config/manifest.js';
import { filesIn, read, root } from './sources.js';

/** Data of systems that have no adapter yet. */
const dataAlone = 'route-tables';
const folders = readdirSync(join(root, 'adapters'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== dataAlone)
  .map(({ name }) => name);
const really = adapters.map(({ kind, capabilities, rights }) => ({ kind, capabilities: [...capabilities], rights: [...rights] }));

describe('adapters', () => {
  before(() => {
    if (process.env['UPDATE_GOLDEN'] !== '1') return;
    const manifest = JSON.parse(read('manifest.json')) as Manifest;
    writeFileSync(join(root, 'manifest.json'), `${JSON.stringify({ ...manifest, adapters: really }, null, 2)}\n`);
  });

  it('the list names every folder once', () => assert.deepEqual(adapters.map(({ kind }) => kind).sort(), folders.sort()));

  for (const folder of folders)
    it(`${folder} has the files that every adapter has`, () => {
      const files = filesIn(`adapters/${folder}`);
      for (const names of [['index.ts'], ['pull.ts'], ['routes.ts', 'routes.json']])
        assert.ok(names.some((name) => files.includes(`adapters/${folder}/${name}`)), `adapters/${folder}/${names.join(' or ')} is missing`);
    });

  it('the manifest is true', async () => {
    const { version, engines } = JSON.parse(read('package.json')) as { version: string; engines: { node: string } };
    await readManifest(join(root, 'manifest.json'), { version, node: engines.node, adapters });
  });
});
