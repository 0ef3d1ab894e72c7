// What stands when the journal cannot be written, a sealed text is gone or another one, two people act at once, or the gate dies between
// two steps: the policy that the journal says is in force, whole, or no start at all.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { noLog } from '../../plugin/domain/log.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { Person } from '../../plugin/domain/subject.js';
import { Policies } from '../../plugin/export/policies.js';
import { Journal } from '../../plugin/journal/journal.js';
import { MasterKeys } from '../../plugin/keys/master.js';
import { Objects } from '../../plugin/store/objects.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { inFolder } from '../media/tools.js';
import { append, withPolicies } from '../policy/policy-folder.js';

const person = (name: string): Person => ({ user: `user:${name}`, name, unit: '示例', pseudonym: `p-${name}` });
const [ann, ben] = [person('ann'), person('ben')];
const codeOf = (call: Promise<unknown>) => call.then(() => null, (thrown: unknown) => Problem.from(thrown).code);

interface Desk {
  policies: Policies;
  journal: Journal;
  objects: Objects;
  /** The file of a sealed object. */
  sealed(id: string): string;
  /** How often held requests were decided again. */
  redecided: () => number;
  /** Accounts that were closed, or lost the act. */
  closed: Set<string>;
  /** Saves files that the gate can take; a different one each time. */
  save(): Promise<void>;
  /** What a new start would hold in force. */
  restart(): Promise<Policies>;
}

async function withDesk(work: (desk: Desk) => Promise<void>, redecide: () => Promise<void> = async () => undefined): Promise<void> {
  await inFolder((data) =>
    withPolicies({}, async (folder) => {
      const { privateKey } = generateKeyPairSync('ed25519');
      const open = () => Journal.open({ folder: path.join(data, 'journal'), origin: 'test.exportgate.example/desk', key: privateKey, now: () => new Date('2026-03-02T00:00:00.000Z'), hold: holdLock });
      let journal = await open();
      let made = 0;
      const objects = new Objects({ folder: path.join(data, 'objects'), keys: new MasterKeys(new Map([[1, randomBytes(32)]])), newId: () => `o-${made++}` });
      let redecided = 0;
      const closed = new Set<string>();
      const start = () =>
        Policies.open({
          folder, journal, objects, log: noLog, now: () => new Date('2026-03-02T00:00:00.000Z'), lacks: async () => [], mayEdit: async (by) => !closed.has(by),
          rehearse: async () => ({ since: '', decided: 0, erased: 0, changes: [], changesInAll: 0, roles: { gained: [], lost: [], gainedInAll: 0, lostInAll: 0 } }),
          redecide: async () => {
            redecided += 1;
            await redecide();
          },
        });
      let saves = 0;
      try {
        await work({
          policies: await start(), objects, sealed: (id) => path.join(data, 'objects', `${id}.sealed`), redecided: () => redecided, closed,
          get journal() {
            return journal;
          },
          save: async () => {
            const file = path.join(folder, 'cameras.csv');
            await fs.promises.writeFile(file, append(`new-${saves++},SH-YUNFAN,-,新增`)(await fs.promises.readFile(file, 'utf8')));
          },
          restart: async () => {
            await journal.close();
            journal = await open();
            return start();
          },
        });
      } finally {
        await journal.close();
      }
    }),
  );
}

describe('the policy in force', () => {
  it('does not change where the journal takes nothing, and neither does what is proposed', () =>
    withDesk(async ({ policies, journal, save }) => {
      const { version } = policies.inForce;
      await save();
      const proposed = (await policies.look())!.version!;
      await policies.activate(ann, proposed);
      await journal.close();
      assert.equal(await codeOf(policies.activate(ben, proposed)), 'journal-unwritable');
      assert.equal(policies.inForce.version, version);
      await save();
      assert.equal(await codeOf(policies.look()), 'journal-unwritable');
      assert.deepEqual([policies.inForce.version, policies.candidate?.version], [version, proposed]);
    }));

  it('is the new one after a death right behind its entry', () =>
    withDesk(
      async ({ policies, save, restart }) => {
        await save();
        const { version } = (await policies.look())!;
        await policies.activate(ann, version!);
        await assert.rejects(policies.activate(ben, version!), /died/);
        assert.equal(policies.inForce.version, version);
        assert.equal((await restart()).inForce.version, version);
      },
      () => Promise.reject(new Error('died')),
    ));

  it('is the old one after a death right before its entry, and the first voice still counts once', () =>
    withDesk(async ({ policies, save, restart }) => {
      const old = policies.inForce.version;
      await save();
      const { version } = (await policies.look())!;
      await policies.activate(ann, version!);
      const again = await restart();
      assert.equal(again.inForce.version, old);
      assert.equal(await codeOf(again.activate(ann, version!)), 'already-voted');
      assert.deepEqual(await again.activate(ben, version!), { version, state: 'in-force' });
    }));

  it('comes about once where both administrators speak at once', () =>
    withDesk(async ({ policies, journal, save, redecided }) => {
      await save();
      const { version } = (await policies.look())!;
      const states = await Promise.all([policies.activate(ann, version!), policies.activate(ben, version!), policies.activate(ann, version!).catch(() => null)]);
      assert.deepEqual(states.map((it) => it?.state ?? null), ['agreed', 'in-force', null]);
      assert.equal(journal.read(0, 100).filter(({ event }) => event === 'policy-activated').length, 2);
      assert.equal(redecided(), 1);
    }));

  it('wants two voices for the same files: those for other files, or from before another policy came, do not count', () =>
    withDesk(async ({ policies, save }) => {
      await save();
      const first = (await policies.look())!.version!;
      await policies.activate(ann, first);
      await save();
      const second = (await policies.look())!.version!;
      assert.equal((await policies.activate(ben, second)).state, 'agreed');
      assert.equal((await policies.activate(ann, second)).state, 'in-force');
      assert.equal((await policies.activate(ben, first)).state, 'agreed');
    }));

  it('does not come about by the voice of an account that is closed', () =>
    withDesk(async ({ policies, save, closed }) => {
      await save();
      const { version } = (await policies.look())!;
      await policies.activate(ann, version!);
      closed.add(ann.pseudonym);
      assert.equal((await policies.activate(ben, version!)).state, 'agreed');
      closed.clear();
      assert.equal((await policies.activate(ann, version!).catch((thrown: unknown) => ({ state: Problem.from(thrown).code }))).state, 'already-voted');
    }));

  it('is proposed once, however often the same files are looked at, and its texts are kept over a sweep', () =>
    withDesk(async ({ policies, journal, objects, save, restart }) => {
      await save();
      await Promise.all([policies.look(), policies.look(), policies.look()]);
      assert.equal(journal.read(0, 100).filter(({ event }) => event === 'policy-proposed').length, 1);
      const proposed = policies.candidate!.version!;
      assert.deepEqual(await objects.sweep(new Set(policies.record.texts().map(({ object }) => object))), []);
      const again = await restart();
      await again.look();
      assert.equal((await again.textsOf(proposed))['cameras.csv']?.includes('new-0'), true);
    }));

  const spoilt: [string, (sealed: (id: string) => string, mine: string, other: string) => Promise<void>, RegExp][] = [
    ['gone', (sealed, mine) => fs.promises.rm(sealed(mine)), /object-corrupt/],
    ['those of another version', (sealed, mine, other) => fs.promises.copyFile(sealed(other), sealed(mine)), /object-corrupt|key-invalid/],
    ['cut', (sealed, mine) => fs.promises.truncate(sealed(mine), 100), /object-corrupt/],
  ];
  for (const [what, spoil, code] of spoilt)
    it(`keeps the gate down where its texts are ${what}`, () =>
      withDesk(async ({ policies, sealed, save, restart }) => {
        await save();
        await policies.look();
        const [mine, other] = policies.record.texts().map(({ object }) => object);
        await spoil(sealed, mine!, other!);
        assert.match((await codeOf(restart())) ?? 'started', code);
      }));
});
