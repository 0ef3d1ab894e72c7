// Imports go down, rooms on floor 1 are strangers to each other, and nothing runs in a circle (ARCHITECTURE.md, "The rule").
import assert from 'node:assert/strict';
import { importsOf, sources, type Import } from './sources.js';

const rooms = ['identity', 'policy', 'media', 'evidence', 'delivery', 'journal', 'keys', 'store', 'notify', 'log', 'config', 'documents', 'papers', 'clock', 'witness', 'backup'];
/** Parts of Node that only compute (digests; crc32): domain/formats/ may use them. */
const computing = ['node:crypto', 'node:zlib'];
const top = ['plugin/main.ts', 'plugin/front-door.ts', 'plugin/assemble.ts', 'plugin/configured.ts', 'plugin/recorders.ts', 'plugin/rounds.ts', 'plugin/self-audits.ts', 'plugin/servers.ts', 'plugin/demo-stage.ts', 'plugin/examine.ts', 'plugin/back-up.ts', 'plugin/restore.ts', 'plugin/key-copy.ts', 'plugin/passing-folder.ts', 'adapters/index.ts'];

/** Where a file lives: its floor and its room. Null: nowhere that the house knows. */
function placeOf(file: string): { floor: number; room: string } | null {
  if (top.includes(file)) return { floor: 4, room: 'top' };
  const [house, room, deeper] = file.split('/');
  if (!room || !deeper) return null;
  if (house === 'adapters') return { floor: 1, room: `adapters/${room}` };
  if (house !== 'plugin') return null;
  if (room === 'domain') return { floor: 0, room };
  if (rooms.includes(room)) return { floor: 1, room };
  if (room === 'export') return { floor: 2, room };
  return room === 'http' || room === 'cli' ? { floor: 3, room } : null;
}

/** What is wrong with an import, or null. */
function judge({ file, of, kind }: Import): string | null {
  const from = placeOf(file);
  if (!from) return `${file} stands in no room of the house`;
  if (from.room === 'domain') {
    if (kind === 'package') return `${file} imports the package ${of}: domain/ has none`;
    if (kind === 'node' && !(computing.includes(of) && file.startsWith('plugin/domain/formats/')))
      return `${file} imports ${of}: domain/ has no I/O`;
  }
  if (kind !== 'own' || from.floor === 4) return null;
  const to = placeOf(of);
  if (!to) return `${file} imports ${of}, which stands in no room of the house`;
  const may = to.room === from.room || to.floor < from.floor;
  return may ? null : `${file} (floor ${from.floor}, ${from.room}) imports ${of} (floor ${to.floor}, ${to.room})`;
}

const imported = () => sources().flatMap((file) => importsOf(file));

/** Files that a file reaches through our own imports. */
function reaches(start: string, graph: Map<string, string[]>): Set<string> {
  const seen = new Set<string>();
  const queue = [start];
  for (let file = queue.pop(); file; file = queue.pop())
    for (const next of graph.get(file) ?? []) if (!seen.has(next)) queue.push(...(seen.add(next), [next]));
  return seen;
}

const graphOf = (imports: Import[]): Map<string, string[]> => {
  const graph = new Map<string, string[]>();
  for (const { file, of, kind } of imports) if (kind === 'own') graph.set(file, [...(graph.get(file) ?? []), of]);
  return graph;
};

describe('floors', () => {
  it('every file stands in a room and imports only what its floor may', () => {
    const strays = sources()
      .filter((file) => !placeOf(file))
      .map((file) => `${file} stands in no room of the house`);
    assert.deepEqual(
      [
        ...new Set([
          ...strays,
          ...imported()
            .map(judge)
            .filter((fault) => fault !== null),
        ]),
      ],
      [],
    );
  });

  it('nothing below imports the top', () => {
    const trespasses = imported().filter(({ file, of }) => top.includes(of) && !top.includes(file));
    assert.deepEqual(
      trespasses.map(({ file, of }) => `${file} imports ${of}`),
      [],
    );
  });

  it('no file reaches itself when the program is loaded', () => {
    const graph = graphOf(imported().filter(({ typeOnly }) => !typeOnly));
    assert.deepEqual(
      [...graph.keys()].filter((file) => reaches(file, graph).has(file)),
      [],
    );
  });

  // Invariant 9: a verifier that shares code with the writer shares its mistakes.
  const strangers: [string, RegExp][] = [
    ['plugin/evidence/verify.ts', /^plugin\/evidence\/(manifest|package|sign|zip|write-folder)\.ts$/],
    ['plugin/journal/verify.ts', /^plugin\/journal\/((journal|append|open|recover|lock|publisher|tiles|durable)[a-z-]*|entry|entry-file|checkpoint-file)\.ts$/],
  ];
  for (const [verifier, writers] of strangers)
    it(`${verifier} shares nothing with the writers but the formats`, () => {
      assert.ok(sources().includes(verifier), `${verifier} is missing`);
      assert.deepEqual(
        [...reaches(verifier, graphOf(imported()))].filter((file) => writers.test(file)),
        [],
      );
    });

  const table: [string, string, boolean][] = [
    ['plugin/policy/decide.ts', "import { a } from '../domain/plan.js'", true],
    ['plugin/policy/decide.ts', "import { a } from './rows.js'", true],
    ['plugin/policy/decide.ts', "import type { a } from '../store/requests.js'", false],
    ['plugin/policy/duties/span.ts', "export { a } from '../../media/recipe.js'", false],
    ['plugin/policy/decide.ts', "await import('../export/admit.js')", false],
    ['plugin/export/admit.ts', "import { a } from '../policy/decide.js'", true],
    ['plugin/export/admit.ts', "import { a } from '../http/app.js'", false],
    ['plugin/http/app.ts', "import { a } from '../cli/serve.js'", false],
    ['plugin/http/app.ts', "import { a } from '../../test/support/recorder/box.js'", false],
    ['plugin/cli/serve.ts', "import { a } from '../assemble.js'", false],
    ['adapters/onvif/pull.ts', "import { a } from '../zoneminder/pull.js'", false],
    ['adapters/onvif/pull.ts', "import { a } from '../../plugin/domain/vms.js'", true],
    ['adapters/onvif/pull.ts', "type a = import('../../plugin/log/winston.js').a", false],
    ['plugin/domain/plan.ts', "import { z } from 'zod'", false],
    ['plugin/domain/plan.ts', "createRequire(import.meta.url)('casbin')", false],
    ['plugin/domain/plan.ts', "const load = createRequire(here); load('casbin')", false],
    ['plugin/domain/plan.ts', "import { readFile } from 'node:fs'", false],
    ['plugin/domain/plan.ts', "import { createHash } from 'node:crypto'", false],
    ['plugin/domain/formats/merkle.ts', "import { createHash } from 'node:crypto'", true],
    ['plugin/helpers.ts', "import { a } from './domain/plan.js'", false],
    ['plugin/assemble.ts', "import { a } from './cli/serve.js'", true],
  ];
  for (const [file, text, may] of table)
    it(`${file}: ${text} is ${may ? 'allowed' : 'a trespass'}`, () => {
      const imports = importsOf(file, text);
      assert.equal(imports.length, 1);
      assert.equal(judge(imports[0]!) === null, may);
    });
});
