// How things are called, and what must not stand in a source.
import assert from 'node:assert/strict';
import ts from 'typescript';
import { filesIn, read, sources } from './sources.js';

const code = () => [...sources(), ...filesIn('verifier', /\.ts$/), ...filesIn('test', /\.ts$/), ...filesIn('bench', /\.ts$/), ...filesIn('tools', /\.ts$/), ...filesIn('console', /\.tsx?$/)];
const nameOf = (file: string): string =>
  file
    .split('/')
    .at(-1)!
    .replace(/((\.long)?\.test)?\.[a-z]+$/, '');

/** Full names of the tests of a file, where they are written out: `floors › nothing below imports the top`. */
function testNames(file: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node, path: string[]): void => {
    const called = ts.isCallExpression(node) && ts.isIdentifier(node.expression) ? node.expression.text : '';
    const title =
      ts.isCallExpression(node) && node.arguments[0] && ts.isStringLiteralLike(node.arguments[0]) ? node.arguments[0].text : null;
    if (called === 'it' && title !== null) names.push([...path, title].join(' › '));
    const deeper = called === 'describe' ? [...path, title ?? `(${node.pos})`] : path;
    ts.forEachChild(node, (child) => visit(child, deeper));
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true), []);
  return names;
}

describe('names', () => {
  it('files are kebab-case', () => {
    assert.deepEqual(
      code().filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*((\.long)?\.test)?(\.d)?\.tsx?$/.test(file.split('/').at(-1)!)),
      [],
    );
  });

  it('no file is a drawer', () => {
    const drawers = /(^|-)(utils?|helpers?|common|types?|managers?|services?|misc|shared)$/;
    assert.deepEqual(
      code().filter(
        (file) =>
          drawers.test(nameOf(file)) ||
          file
            .split('/')
            .slice(0, -1)
            .some((folder) => drawers.test(folder)),
      ),
      [],
    );
  });

  it('each file opens with a sentence that says what it is for', () => {
    const strips = (text: string) => text.replace(/^#!.*\n/, '');
    assert.deepEqual(
      code().filter((file) => !/^\/\/ .{5,}|^\/\*\*? .{5,}/.test(strips(read(file)))),
      [],
    );
  });

  it('no source puts work off', () => {
    const later = new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|XX${'X'})\\b`);
    assert.deepEqual(
      code().filter((file) => later.test(read(file))),
      [],
    );
  });

  it('tests mirror the tree', () => {
    assert.deepEqual(filesIn('plugin', /\.test\.ts$/), []);
  });

  it('no test is left out or runs alone', () => {
    const out = new RegExp(`\\.(on${'ly'}|sk${'ip'})\\(|\\bx(it|describe)\\(`);
    assert.deepEqual(
      filesIn('test', /\.ts$/).filter((file) => out.test(read(file))),
      [],
    );
  });

  it('names of tests are unique in their file', () => {
    const twice = filesIn('test', /\.test\.ts$/).flatMap((file) => {
      const names = testNames(file);
      return names.filter((name, index) => names.indexOf(name) < index).map((name) => `${file}: ${name}`);
    });
    assert.deepEqual(twice, []);
  });

  it('nothing is exported by default', () => {
    assert.deepEqual(
      sources().filter((file) => /^export default\b/m.test(read(file))),
      [],
    );
  });
});
