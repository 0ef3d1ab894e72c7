// The console is a guest of the house: it talks to the REST API and imports nothing but itself and what is bundled with it, and nothing that it
// bundles is installed with the gate.
import assert from 'node:assert/strict';
import { filesIn, importsOf, read } from './sources.js';

/** What its files may import beside each other. */
const packages = ['@ant-design/cssinjs', '@ant-design/icons', 'antd', 'dayjs', 'react', 'react-dom'];
const files = filesIn('console', /\.tsx?$/);
const imports = files.flatMap((file) => importsOf(file));

describe('the console', () => {
  it('is there', () => assert.ok(files.length > 20));

  it('imports nothing of the rest of the house', () => {
    assert.deepEqual(
      imports.filter(({ kind, of }) => kind === 'node' || (kind === 'own' && !of.startsWith('console/src/'))).map(({ file, of }) => `${file} imports ${of}`),
      [],
    );
  });

  it('imports the packages that are bundled with it, and no others', () => {
    const foreign = imports.filter(({ kind, of }) => kind === 'package' && !packages.includes(of));
    assert.deepEqual(
      foreign.map(({ file, of }) => `${file} imports ${of}`),
      [],
    );
  });

  it('and none of them is installed with the gate', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    assert.deepEqual(packages.filter((name) => name in dependencies! || !(name in devDependencies!)), []);
  });

  it('nothing of the house imports it', () => {
    const house = [...filesIn('plugin', /\.ts$/), ...filesIn('adapters', /\.ts$/), ...filesIn('bench', /\.ts$/)].flatMap((file) => importsOf(file));
    assert.deepEqual(
      house.filter(({ of }) => of.startsWith('console/')).map(({ file, of }) => `${file} imports ${of}`),
      [],
    );
  });

  it('asks the gate in one place', () => {
    const asking = /\b(fetch|XMLHttpRequest|EventSource|WebSocket|sendBeacon)\s*\(/;
    assert.deepEqual(
      files.filter((file) => asking.test(read(file)) && !file.startsWith('console/src/api/')),
      [],
    );
  });

  it('keeps nothing of a person on the machine, and makes no markup of text', () => {
    const forbidden = /\b(sessionStorage|indexedDB|innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.(write|cookie))\b|setItem\((?!KEPT\b)/;
    assert.deepEqual(
      files.filter((file) => forbidden.test(read(file))),
      [],
    );
  });

  it('has no file that nobody can take in at a glance', () => {
    assert.deepEqual(
      files.filter((file) => file !== 'console/src/api/schema.ts' && read(file).split('\n').length > 300),
      [],
    );
  });
});
