// The page as it is shipped: made from its sources, on nothing of ours but the specification, and closed to the network.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { requestEvents } from '../../verifier/engine/history.js';
import { makeVerifierPage, pageFile } from '../../tools/verifier-page.js';
import { filesIn, importsOf, read } from '../house/sources.js';

describe('verify.html', () => {
  it('is what its sources make (UPDATE_GOLDEN=1 writes it)', () => {
    const made = makeVerifierPage();
    if (process.env['UPDATE_GOLDEN']) fs.writeFileSync(pageFile, made);
    assert.ok(fs.readFileSync(pageFile, 'utf8') === made, 'run npx tsx tools/verifier-page.ts');
  });

  it('imports its own files alone: no line of the gate, no package, nothing of Node', () => {
    const foreign = filesIn('verifier', /\.ts$/).flatMap((file) => importsOf(file)).filter(({ of, kind }) => kind !== 'own' || !of.startsWith('verifier/'));
    assert.deepEqual(foreign, []);
  });

  it('is imported by tests alone: the gate does not lean on its judge', () => {
    const users = [...filesIn('plugin', /\.ts$/), ...filesIn('adapters', /\.ts$/)].flatMap((file) => importsOf(file)).filter(({ of }) => of.startsWith('verifier/'));
    assert.deepEqual(users, []);
  });

  it('knows the events of a request that the specification lists', () => {
    const rows = read('docs/spec/journal.md').split('## Events of a request')[1]!.split('\n## ')[0]!;
    assert.deepEqual([...rows.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, event]) => event).sort(), [...requestEvents].sort());
  });

  it('lets nothing run or load but what its policy names by hash', () => {
    const page = fs.readFileSync(pageFile, 'utf8');
    const sum = (tag: string): string => `sha256-${createHash('sha256').update(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)![1]!).digest('base64')}`;
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
    assert.equal(policy, `default-src 'none'; script-src '${sum('script')}'; style-src '${sum('style')}'; base-uri 'none'; form-action 'none'`);
    // What stands before the policy would not be under it.
    assert.ok(page.indexOf('<script') > page.indexOf(policy) && page.indexOf('<style') > page.indexOf(policy));
    assert.deepEqual(page.match(/\b(?:https?:\/\/|src=|href=|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|eval\(|import\()/g), null);
  });

  it('says in both languages that it is a convenience', () => {
    const page = fs.readFileSync(pageFile, 'utf8');
    assert.match(page, /本页只是方便之用/);
    assert.match(page, /This page is a convenience/);
  });
});
