// docs/ref/procedure.md lists every floor article, basis, kind, state and return code, and names tests: each of them is there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { bases, formDefects, returnCodes } from '../../plugin/domain/basis.js';
import { glassReasons } from '../../plugin/domain/audit-event.js';
import { kinds } from '../../plugin/domain/kind.js';
import { states } from '../../plugin/domain/lifecycle.js';
import { root } from '../support/gate.js';
import { read } from './sources.js';

// A line break in the text is a blank in a title.
const document = read('docs/ref/procedure.md').replace(/\n(?!\n|[|#-])/g, ' ');
const tests = fs
  .readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(`test/${name}`))
  .join('\n');
/** First cells of the table under a heading. */
const firstCells = (heading: string): string[] =>
  [...document.split(/^## /m).find((part) => part.startsWith(heading))!.matchAll(/^\| ([^|]*) \|/gm)].map(([, cell]) => cell!).slice(1);
const words = (heading: string): string[] => firstCells(heading).flatMap((cell) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, word]) => word!));

describe('docs/ref/procedure.md', () => {
  const titles = [...document.replace(/`[^`]*`/g, '').matchAll(/"([^"]+)"/g)].map((match) => match[1]!);
  it('names tests', () => assert.ok(titles.length > 15));
  for (const title of new Set(titles)) it(`“${title}” is a test`, () => assert.ok(tests.includes(title), title));
  for (const file of new Set([...document.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map((match) => match[1]!)))
    it(`${file} is there`, () => assert.ok(fs.existsSync(path.join(root, file))));

  it('lists every floor article', () => assert.deepEqual(firstCells('The floor'), Array.from({ length: 12 }, (_, at) => `F${at + 1}`)));
  const lists = { Bases: bases, Kinds: kinds, States: states, 'Return codes': returnCodes } as const;
  for (const [heading, list] of Object.entries(lists)) it(`lists every one of: ${heading}, and no other`, () => assert.deepEqual([...words(heading)].sort(), [...list].sort()));
  for (const word of [...formDefects, ...glassReasons]) it(`explains ${word}`, () => assert.ok(document.includes(`\`${word}\``)));
});
