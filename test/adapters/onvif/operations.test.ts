// The adapter's own requests only read: the operations that it names are known ones, and no word for a change is among them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { namespaces } from '../../../adapters/onvif/namespaces.js';
import { classOf } from '../../../adapters/onvif/routes.js';

const folder = new URL('../../../adapters/onvif/', import.meta.url);
const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(new URL(file, folder), 'utf8'), ts.ScriptTarget.Latest, true);
const walk = (node: ts.Node, visit: (node: ts.Node) => void): void => {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
};

/** The table in soap.ts: without a line in it nothing can be asked, which the compiler holds. */
const table: [operation: string, service: keyof typeof namespaces][] = [];
walk(parse('soap.ts'), (node) => {
  if (!ts.isVariableDeclaration(node) || node.name.getText() !== 'operations') return;
  walk(node, (inner) => {
    if (ts.isPropertyAssignment(inner) && ts.isStringLiteral(inner.initializer))
      table.push([inner.name.getText(), inner.initializer.text as keyof typeof namespaces]);
  });
});

/** Beyond what an ordinary client may ask: replay addresses, which only the gate gets, and the list of accounts for who signs in to see it. */
const gateAlone: Record<string, string> = { GetReplayUri: 'footage', GetUsers: 'unknown' };

describe('operations of the adapter’s own', () => {
  it('are found here', () => assert.ok(table.length >= 14 && table.some(([operation]) => operation === 'GetReplayUri')));
  for (const [operation, service] of table)
    it(`${operation} only reads`, () => {
      assert.match(operation, /^(Get|Find|EndSearch$)/);
      assert.equal(classOf(namespaces[service], operation), gateAlone[operation] ?? 'safe');
    });
  it('are all: no other file names one that changes anything', () => {
    const changing = /\b(Set|Create|Delete|Add|Remove|Modify|Upload|Restore|Upgrade|Export(?!Gate))[A-Z]\w+|\b(StartS|StartF|StopE|SystemR)\w+/;
    // routes.ts is the list of what clients say, to refuse it.
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('routes.ts'));
    const named = files.flatMap((file) => {
      const found: string[] = [];
      walk(parse(file), (node) => {
        const words = ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node) ? node.text : '';
        const name = changing.exec(words)?.[0];
        if (name && name !== 'StartStateEvent') found.push(`${file}: ${name}`);
      });
      return found;
    });
    assert.deepEqual(named, []);
  });
});
