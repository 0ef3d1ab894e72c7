// docs/ref/procedure.md lists every floor article, basis, kind, state and return code, each with a test: one that is there, under that very title.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { bases, formDefects, returnCodes } from '../../plugin/domain/basis.js';
import { glassReasons } from '../../plugin/domain/audit-event.js';
import { kindOf, kinds } from '../../plugin/domain/kind.js';
import { states } from '../../plugin/domain/lifecycle.js';
import { root } from '../support/gate.js';
import { filesIn, read } from './sources.js';

// A line break in the text is a blank in a title.
const document = read('docs/ref/procedure.md').replace(/\n(?!\n|[|#-])/g, ' ');

/** Whole titles of tests: what `it` and `describe` are given, and the first words of a row of a table of them. */
function titlesIn(file: string): string[] {
  const found: string[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (!node) return;
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    // `${what}: refused`: what is written out.
    else if (ts.isTemplateExpression(node)) found.push(...[node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text.replace(/^: |: $/g, '').trim()));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && ['it', 'describe'].includes(node.expression.text)) add(node.arguments[0]);
    if (ts.isArrayLiteralExpression(node) && node.elements.length > 1) add(node.elements[0]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true));
  return found.filter((title) => title.length > 5);
}
const tests = new Set(filesIn('test', /\.ts$/).filter((file) => !/^test\/(support|house)\//.test(file)).flatMap(titlesIn));

const quoted = (text: string): string[] => [...text.replace(/`[^`]*`/g, '').matchAll(/"([^"]+)"/g)].map(([, title]) => title!);
/** Cells of the table under a heading, row by row, without its head. */
const rowsOf = (heading: string): string[][] =>
  [...document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!.matchAll(/^\| (?!-)(.*) \|$/gm)].map(([, row]) => row!.split(' | ')).slice(1);
const wordsIn = (cell: string): string[] => [...cell.matchAll(/`([\w-]+)`/g)].map(([, word]) => word!);

describe('docs/ref/procedure.md', () => {
  const titles = quoted(document);
  it('names tests', () => assert.ok(titles.length > 60));
  for (const title of new Set(titles)) it(`“${title}” is a test`, () => assert.ok(tests.has(title), title));
  for (const file of new Set([...document.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map((match) => match[1]!)))
    it(`${file} is there`, () => assert.ok(fs.existsSync(path.join(root, file))));

  it('lists every floor article', () => {
    const { floor } = JSON.parse(read('policies/law.json')) as { floor: { id: string }[] };
    assert.deepEqual(rowsOf('The floor').map(([id]) => id), floor.map(({ id }) => id));
  });
  const lists = { Bases: bases, Kinds: kinds, States: states, 'Return codes': returnCodes } as const;
  for (const [heading, list] of Object.entries(lists))
    it(`lists every one of: ${heading}, and no other`, () => assert.deepEqual(rowsOf(heading).flatMap(([cell]) => wordsIn(cell!)).sort(), [...list].sort()));

  it('the glossary has every state too', () => {
    const table = read('docs/glossary.md').split('## States of a request')[1]!.split('\n## ')[0]!;
    assert.deepEqual([...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => wordsIn(cell!)).sort(), [...states].sort());
  });

  for (const heading of ['The floor', ...Object.keys(lists)])
    it(`names a test in every row of: ${heading}`, () =>
      assert.deepEqual(rowsOf(heading).filter((cells) => quoted(cells.at(-1)!).length === 0 && !/`test\/[^`]+`/.test(cells.at(-1)!)).map(([cell]) => cell), []));

  it('tells the kind of each basis as the gate does', () => {
    const told = rowsOf('Bases').flatMap(([cell, kind]) => wordsIn(cell!).map((basis) => [basis, wordsIn(kind!)[0]]));
    assert.deepEqual(told.sort(), bases.map((basis) => [basis, kindOf({ basis })]).sort());
  });

  for (const word of [...formDefects, ...glassReasons]) it(`explains ${word}`, () => assert.ok(document.includes(`\`${word}\``)));
});
