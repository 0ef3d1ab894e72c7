// docs/ref/onvif.md names tests: each of them is there, in words that no other document has made up.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const document = fs.readFileSync(path.join(root, 'docs/ref/onvif.md'), 'utf8');
const folders = ['test/adapters/onvif', 'test/peers', 'test/media'];
const sources = folders.flatMap((folder) =>
  fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => fs.readFileSync(path.join(root, folder, name), 'utf8')),
).join('\n');

describe('docs/ref/onvif.md', () => {
  const titles = [...document.matchAll(/"([^"]+)"/g)].map((match) => match[1]!);
  it('names tests', () => assert.ok(titles.length > 60));
  // A title may be put together of a name and an outcome behind an arrow.
  for (const title of new Set(titles)) it(`“${title}” is a test`, () => assert.ok(title.split(' → ').every((part) => sources.includes(part)), title));
  for (const [, file] of document.matchAll(/`(test\/[\w/.-]+\.ts)`/g)) it(`${file} is there`, () => assert.ok(fs.existsSync(path.join(root, file!))));
});
