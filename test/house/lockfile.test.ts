// Nothing that we ship says where packages are downloaded from: `npm ci` asks the reader's own registry.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, read, root } from './sources.js';

interface Lock {
  lockfileVersion: number;
  packages: Record<string, { resolved?: string; version?: string; integrity?: string; link?: boolean }>;
}

const largest = 4 * 1024 * 1024;
/** Host names of the common registries and of any that is called so. */
const hosts = new RegExp(`\\b(?:regis${'try'}\\.[a-z0-9-]+(?:\\.[a-z0-9-]+)+|npm${'mirror'}\\.com|npm\\.pkg\\.[a-z]+\\.com)`, 'i');

describe('lock file', () => {
  const lock = JSON.parse(read('package-lock.json')) as Lock;
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

  it('names no address to download from', () =>
    assert.deepEqual(
      installed.filter(([, entry]) => 'resolved' in entry).map(([path]) => path),
      [],
    ));

  it('pins every package by version and hash', () => {
    assert.ok(installed.length > 100);
    assert.deepEqual(
      installed.filter(([, entry]) => !entry.version || !/^sha512-/.test(entry.integrity ?? '')).map(([path]) => path),
      [],
    );
  });

  it('agrees with package.json', () => {
    const pack = JSON.parse(read('package.json')) as Record<string, unknown>;
    const own = lock.packages[''] as Record<string, unknown>;
    for (const key of ['name', 'version', 'dependencies', 'devDependencies', 'optionalDependencies', 'engines'])
      assert.deepEqual(own[key], pack[key], key);
  });

  it('and no other file names a registry', () => {
    const texts = filesIn('.').filter((file) => statSync(join(root, file)).size <= largest && !/\.(mp4|ttf|zip|png|jpg)$/.test(file));
    assert.deepEqual(
      texts.filter((file) => hosts.test(read(file))),
      [],
    );
  });
});
