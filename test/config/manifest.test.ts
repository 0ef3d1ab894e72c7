// manifest.json: the project's own is true, and a table of bad ones is refused with every fault at once.
// UPDATE_GOLDEN=1 writes the published schema and the manifest's copy of the configuration's schema anew.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configJsonSchema } from '../../plugin/config/config-schema.js';
import { capabilities, manifestJsonSchema } from '../../plugin/config/manifest-schema.js';
import { judgeManifest, readManifest, type Really } from '../../plugin/config/manifest.js';
import type { Problem } from '../../plugin/domain/problem.js';

const really: Really = {
  version: '0.1.0',
  node: '>=20.19',
  adapters: [
    { kind: 'onvif', capabilities: ['recorded-replay', 'clock'], rights: ['read recordings'] },
    { kind: 'other', capabilities: [], rights: [] },
  ],
};
const good = {
  name: 'exportgate',
  version: '0.1.0',
  engines: { node: '>=20.19' },
  capabilities: [...capabilities],
  ports: ['Vms'],
  adapters: really.adapters,
  config: configJsonSchema(),
};
const [onvif, other] = good.adapters;
const without = (key: keyof typeof good) => Object.fromEntries(Object.entries(good).filter(([name]) => name !== key));
const codes = (manifest: unknown) =>
  judgeManifest(manifest, really)
    .map((fault) => `${fault.code} ${fault.where}`)
    .sort();

describe('manifest', () => {
  it('that is true has no fault', () => assert.deepEqual(codes(good), []));
  it('may name its schema', () => assert.deepEqual(codes({ $schema: 'docs/ref/plugin-manifest.schema.json', ...good }), []));

  const table: [string, unknown, ...string[]][] = [
    ['nothing', null, 'not-allowed (file)'],
    ['a list', [], 'not-allowed (file)'],
    [
      'an empty object',
      {},
      ...['name', 'version', 'engines', 'capabilities', 'ports', 'adapters', 'config'].map((key) => `missing ${key}`),
    ],
    ['another name', { ...good, name: 'ExportGate' }, 'not-allowed name'],
    ['no version', without('version'), 'missing version'],
    ['a version that is none', { ...good, version: '1' }, 'not-allowed version'],
    ['a version that package.json does not have', { ...good, version: '0.2.0' }, 'untrue version'],
    ['a version as a number', { ...good, version: 0.1 }, 'not-allowed version'],
    ['a lower Node', { ...good, engines: { node: '>=18.00' } }, 'untrue engines.node'],
    ['any Node', { ...good, engines: { node: '*' } }, 'not-allowed engines.node'],
    ['npm beside Node', { ...good, engines: { node: '>=20.19', npm: '>=10' } }, 'unknown-key engines.npm'],
    [
      'an unknown capability',
      { ...good, capabilities: [...capabilities, 'face-search'] },
      `not-allowed capabilities[${capabilities.length}]`,
    ],
    ['a capability left out', { ...good, capabilities: capabilities.slice(1) }, 'untold capabilities'],
    ['a capability twice', { ...good, capabilities: [...capabilities, 'seal'] }, 'named-twice capabilities'],
    ['no capability', { ...good, capabilities: [] }, 'not-allowed capabilities'],
    ['an unknown port', { ...good, ports: ['Vms', 'Store'] }, 'not-allowed ports[1]'],
    [
      'an adapter that is not there',
      { ...good, adapters: [...good.adapters, { kind: 'zoneminder', capabilities: [], rights: [] }] },
      'untrue adapters',
    ],
    ['an adapter left out', { ...good, adapters: [onvif] }, 'untold adapters'],
    ['an adapter twice', { ...good, adapters: [onvif, other, other] }, 'named-twice adapters'],
    [
      'an adapter outside its folder',
      { ...good, adapters: [onvif, other, { kind: '../evil', capabilities: [], rights: [] }] },
      'not-allowed adapters[2].kind',
    ],
    ['an adapter as a text', { ...good, adapters: ['onvif'] }, 'not-allowed adapters[0]'],
    [
      'a right more than it needs',
      { ...good, adapters: [{ ...onvif, rights: ['read recordings', 'delete recordings'] }, other] },
      'untrue adapters[0].rights',
    ],
    ['a right hidden', { ...good, adapters: [{ ...onvif, rights: [] }, other] }, 'untold adapters[0].rights'],
    [
      'a promise that the adapter does not keep',
      { ...good, adapters: [onvif, { ...other, capabilities: ['clock'] }] },
      'untrue adapters[1].capabilities',
    ],
    ['no rights', { ...good, adapters: [onvif, { kind: 'other', capabilities: [] }] }, 'missing adapters[1].rights'],
    ['another configuration schema', { ...good, config: {} }, 'untrue config'],
    ['a key nobody knows', { ...good, scripts: {} }, 'unknown-key scripts'],
    [
      'faults of shape and of truth together',
      { ...good, name: 'x', version: '9.9.9', ports: [], adapters: [onvif], extra: 1 },
      'not-allowed name',
      'untrue version',
      'not-allowed ports',
      'untold adapters',
      'unknown-key extra',
    ],
  ];
  for (const [what, manifest, ...faults] of table)
    it(`with ${what}: ${faults.join(', ')}`, () => assert.deepEqual(codes(manifest), faults.sort()));

  it('tells the right value beside each fault', () => {
    for (const [, manifest] of table)
      for (const { detail } of judgeManifest(manifest, really)) assert.match(detail, /right is|must stand/, detail);
  });

  it('is read from its file, or refused with all faults', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manifest-'));
    const file = join(folder, 'manifest.json');
    const code = (problem: Problem) => problem.code === 'config-invalid' && (problem.faults?.length ?? 0) > 0;
    try {
      await assert.rejects(readManifest(file, really), code);
      for (const text of ['', '{', '[1]', JSON.stringify({ ...good, name: 'x', version: '9.9.9' }), ' '.repeat(2_000_000)]) {
        await writeFile(file, text);
        await assert.rejects(readManifest(file, really), code);
      }
      await writeFile(file, JSON.stringify(good));
      assert.equal((await readManifest(file, really)).version, '0.1.0');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('manifest.json and its schema', () => {
  const at = (path: string) => new URL(`../../${path}`, import.meta.url);
  const readJson = async (path: string) => JSON.parse(await readFile(at(path), 'utf8')) as Record<string, unknown>;
  const rewrite = (path: string, value: unknown) => writeFile(at(path), `${JSON.stringify(value, null, 2)}\n`);

  before(async () => {
    if (process.env['UPDATE_GOLDEN'] !== '1') return;
    await rewrite('docs/ref/plugin-manifest.schema.json', manifestJsonSchema());
    await rewrite('manifest.json', { ...(await readJson('manifest.json')), config: configJsonSchema() });
  });

  it('the published schema is the one that judges', async () =>
    assert.deepEqual(await readJson('docs/ref/plugin-manifest.schema.json'), manifestJsonSchema()));

  it('the manifest agrees with package.json and holds the schema of exportgate.yaml', async () => {
    const [manifest, pack] = [await readJson('manifest.json'), await readJson('package.json')];
    const adapters = manifest['adapters'] as Really['adapters'];
    const { node } = pack['engines'] as { node: string };
    assert.deepEqual(judgeManifest(manifest, { version: pack['version'] as string, node, adapters }), []);
  });
});
