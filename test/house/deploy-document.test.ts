// docs/guide/deploy.md tells of every system what else it listens at, as the route tables have it, and no other; and nothing that install or
// the script would not do.
import assert from 'node:assert/strict';
import { filesIn, read } from './sources.js';

const document = read('docs/guide/deploy.md');
const section = (heading: string): string => document.split(/^### /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
const tables = [...filesIn('adapters', /^adapters\/[^/]+\/routes\.json$/), ...filesIn('adapters/route-tables', /\.json$/)].map(
  (file) => JSON.parse(read(file)) as { vms: string; upstream: { also_listening: string[] } },
);
/** A cell without what Markdown needs. */
const plain = (cell: string): string => cell.replaceAll('`', '').trim();

describe('docs/guide/deploy.md', () => {
  const rows = new Map([...section('What HTTP cannot close').matchAll(/^\| ([^|]+) \| (yes|partly|no) \| ([^|]+) \| (.*) \|$/gm)].map(([, system, , , doors]) => [system!, plain(doors!)]));

  it('has a row for each system of the route tables, and no other', () => {
    assert.ok(tables.length >= 10, String(tables.length));
    assert.deepEqual([...rows.keys()].sort(), tables.map(({ vms }) => vms).sort());
  });

  for (const { vms, upstream } of tables)
    it(`tells of ${vms} where else it listens`, () => assert.equal(rows.get(vms), upstream.also_listening.join('; ')));

  it('names the ports of ZoneMinder that its table has', () => {
    const ports = section('Ports to close');
    for (const [, port] of tables.find(({ vms }) => vms === 'ZoneMinder')!.upstream.also_listening.join(' ').matchAll(/\b(\d{3,5}|ZM_[A-Z_]+)\b/g)) assert.ok(ports.includes(port!), port);
  });
});
