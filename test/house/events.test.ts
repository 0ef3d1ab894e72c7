// docs/spec/journal.md has a line per event, with its members, in the order of the closed list; and none that is not in it.
import assert from 'node:assert/strict';
import ts from 'typescript';
import { read } from './sources.js';

const source = 'plugin/domain/audit-event.ts';

/** Event → its members, as the interface declares them. */
function declared(name: string): [event: string, members: string[]][] {
  const file = ts.createSourceFile(source, read(source), ts.ScriptTarget.Latest, true);
  const found = file.statements.find((it): it is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(it) && it.name.text === name);
  return found!.members.filter(ts.isPropertySignature).map((event) => {
    const members = ts.isTypeLiteralNode(event.type!) ? event.type.members.map((member) => member.name!.getText()) : [];
    return [(event.name as ts.StringLiteral).text, members];
  });
}

/** The same, as the section's table tells it. */
function described(heading: string): [event: string, members: string[]][] {
  const section = read('docs/spec/journal.md')
    .split(/^## /m)
    .find((part) => part.startsWith(heading));
  const rows = [...section!.matchAll(/^\| `([a-z-]+)` \| ([^|]*) \|/gm)];
  return rows.map(([, event, members]) => [event!, [...members!.matchAll(/`(\w+)`/g)].map(([, member]) => member!)]);
}

describe('events', () => {
  it('of a request are described one by one, with their members', () =>
    assert.deepEqual(described('Events of a request'), declared('RequestEvents')));
  it('of the gate are described one by one, with their members', () =>
    assert.deepEqual(described('Events of the gate as a whole'), declared('GateEvents')));
});
