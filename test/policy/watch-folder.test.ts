// The policy folder is watched as editors and deployments change it: real folders, real renames.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { watchFolder } from '../../plugin/policy/watch-folder.js';
import { inFolder } from '../media/tools.js';

describe('a watched policy folder', () => {
  const write = (folder: string, name: string, text: string): void => fs.writeFileSync(path.join(folder, name), text);
  const renameOver = (folder: string, name: string, text: string): void => {
    write(folder, `.${path.basename(name)}.swp`, text);
    fs.renameSync(path.join(folder, `.${path.basename(name)}.swp`), path.join(folder, name));
  };
  /** Tries until it is told, for fifteen seconds at most. */
  const told = async (count: () => number, before: number, meanwhile: () => void = () => undefined): Promise<void> => {
    for (let tries = 0; tries < 300 && count() === before; tries++) {
      meanwhile();
      await wait(50);
    }
    assert.ok(count() > before, 'nobody was told');
  };
  const table: [string, (folder: string) => void][] = [
    ['a file written in place', (folder) => write(folder, 'roles.csv', 'b')],
    ['a file that an editor renames over the old one', (folder) => renameOver(folder, 'roles.csv', 'b')],
    ['a file that goes', (folder) => fs.rmSync(path.join(folder, 'roles.csv'))],
    ['a city’s file', (folder) => renameOver(folder, 'cities/310000.csv', 'b')],
    ['a test', (folder) => write(folder, 'tests/mine.csv', 'b')],
  ];
  const inPolicies = (use: (folder: string, count: () => number, end: () => void) => Promise<void>): Promise<void> =>
    inFolder(async (parent) => {
      const folder = path.join(parent, 'policies');
      for (const place of ['cities', 'tests']) fs.mkdirSync(path.join(folder, place), { recursive: true });
      write(folder, 'roles.csv', 'a');
      let times = 0;
      const end = watchFolder(folder, () => void (times += 1));
      try {
        await use(folder, () => times, end);
      } finally {
        end();
      }
    });

  for (const [what, change] of table)
    it(`tells of ${what}, and again of the next change`, () =>
      inPolicies(async (folder, count) => {
        change(folder);
        await told(count, 0);
        const before = count();
        renameOver(folder, 'steps.csv', 'c');
        await told(count, before);
      }));

  it('tells of a folder that never rests, too', () =>
    inPolicies(async (folder, count) => {
      let at = 0;
      await told(count, 0, () => write(folder, 'roles.csv', String((at += 1))));
      assert.ok(at > 1);
    }));

  it('tells nothing after its end', () =>
    inPolicies(async (folder, count, end) => {
      write(folder, 'roles.csv', 'b');
      end();
      await wait(400);
      assert.equal(count(), 0);
    }));
});
