// ARCHITECTURE.md has every room of the house with the packages whose doors are there, and says rightly which problem has which status.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { problems, type ProblemCode } from '../../plugin/domain/problem.js';
import { filesIn, importsOf, read, root, sources } from './sources.js';

const document = read('ARCHITECTURE.md');
const block = /## The tree\n\n```\n([\s\S]*?)```/.exec(document)![1]!;
/** Lines of the tree that belong to a room: its own and those that go on below it. */
const roomsTold = new Map([...block.matchAll(/^ {2}([a-z]+)\/ .*(?:\n {10,}.*)*/gm)].map(([text, name]) => [name!, text]));
const rooms = fs.readdirSync(path.join(root, 'plugin'), { withFileTypes: true }).filter((it) => it.isDirectory()).map(({ name }) => name);
const adaptersTold = block.slice(block.indexOf('\nadapters/'), block.indexOf('\npolicies/'));

describe('ARCHITECTURE.md', () => {
  const inPlugin = new Map([...roomsTold].filter(([name]) => !['onvif', 'zoneminder', 'formats'].includes(name)));
  it('has every room of plugin/, and no other', () => assert.deepEqual([...inPlugin.keys()].sort(), [...rooms].sort()));

  const doors = sources().flatMap((file) => importsOf(file)).filter(({ kind, of, typeOnly }) => kind === 'package' && of !== 'zod' && !typeOnly);
  for (const { file, of } of new Map(doors.map((door) => [`${door.file} ${door.of}`, door])).values())
    it(`names ${of} where ${file} lies`, () => {
      const told = file.startsWith('adapters/') ? adaptersTold : roomsTold.get(file.split('/')[1]!)!;
      const named = [...told.matchAll(/\[([^\]]+)\]/g)].flatMap(([, list]) => list!.split(/,\s+| or /)).map((name) => name.trim());
      assert.ok(named.includes(of), `${told.trim().slice(0, 60)}… names ${named.join(', ')}`);
    });

  it('names no package that has no door there', () => {
    const known = new Set(doors.map(({ of }) => of));
    const named = [...block.matchAll(/\[([^\]]+)\]/g)].flatMap(([, list]) => list!.split(/,\s+| or /)).map((name) => name.trim());
    assert.deepEqual(named.filter((name) => !known.has(name) && !name.startsWith('node:')), []);
  });

  it('gives each problem its status', () => {
    const told = [...document.matchAll(/\b([45]\d\d) ((?:`[a-z-]+`(?:, )?)+)/g)].flatMap(([, status, list]) => [...list!.matchAll(/`([a-z-]+)`/g)].map(([, code]) => [code!, Number(status)] as const));
    assert.ok(told.length > 30);
    assert.deepEqual(told.filter(([code, status]) => problems[code as ProblemCode]?.status !== status), []);
  });

  it('names files that are there', () => {
    const known = new Set(filesIn('plugin').map((file) => file.replace(/^plugin\/|\.ts$/g, '')));
    const named = [...document.split('## What differs')[0]!.matchAll(/`((?:export|policy|media|evidence|store|papers|http|identity|domain|notify|journal)\/[a-z-]+)(?:\.[a-z]+)?`/g)].map(([, name]) => name!);
    assert.deepEqual(named.filter((name) => !known.has(name) && !fs.existsSync(path.join(root, 'plugin', name))), []);
  });

  for (const file of new Set([...document.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map((match) => match[1]!)))
    it(`${file} is there`, () => assert.ok(fs.existsSync(path.join(root, file))));
});
