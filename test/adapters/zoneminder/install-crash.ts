// An installation that is killed at a point of its way, and what a later one, or an undoing, makes of it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { zoneminderInstallation } from '../../../adapters/zoneminder/install/install.js';
import { root } from '../../house/sources.js';
import { startBox, type Box } from '../../support/zoneminder-box/box.js';
import type { Halting } from '../../support/zoneminder-box/halting.js';
import { pictureOf } from '../../support/zoneminder-box/tree.js';

export interface Ended {
  signal: NodeJS.Signals | null;
  /** Of one that came to its end. */
  points: number;
  ok: boolean;
}

/** Runs in a process of its own; `haltAt` 0: to its end. */
export async function installAndHalt(box: Box, verb: Halting['verb'], haltAt: number): Promise<Ended> {
  const runner = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const { command, args, input } = JSON.parse(Buffer.concat(parts).toString()) as { command: string; args: string[]; input: string };
      void box.machine.run(command, args, input).then((ran) => response.end(JSON.stringify(ran)));
    });
  });
  await new Promise<void>((resolve) => runner.listen(0, '127.0.0.1', resolve));
  const { root: tree, state, addresses } = box.machine;
  const given: Halting = { verb, place: box.place, machine: { root: tree, state, addresses }, runner: `http://127.0.0.1:${(runner.address() as AddressInfo).port}/`, haltAt };
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [path.join(root, 'test/support/zoneminder-box/install-and-halt.mjs'), JSON.stringify(given)], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
      let [told, wrong] = ['', ''];
      child.stdout.on('data', (more: Buffer) => (told += more.toString()));
      child.stderr.on('data', (more: Buffer) => (wrong += more.toString()));
      child.on('error', reject).on('close', (code, signal) => {
        if (signal === 'SIGKILL') resolve({ signal, points: 0, ok: false });
        else if (code === 0) resolve({ signal, ...(JSON.parse(told) as { points: number; ok: boolean }) });
        else reject(new Error(wrong));
      });
    });
  } finally {
    runner.closeAllConnections();
    await new Promise((resolve) => runner.close(resolve));
  }
}

const installation = (box: Box) => zoneminderInstallation(box.place, box.machine);
const picture = async (box: Box) => ({ files: await pictureOf(box.root), rows: box.rows() });
/** But for what is drawn anew each time, and for times. */
const shape = ({ files, rows }: Awaited<ReturnType<typeof picture>>): unknown => ({
  files: Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('/state/') && !name.endsWith('.password')).map(([name, text]) => [name, text.replace(/^(\d+) \d+ /, '$1 ')])),
  rows: JSON.parse(JSON.stringify(rows).replace(/\$2y\$10\$[^"]*/g, '…').replace(/[0-9a-f]{64}/g, '…')) as unknown,
});

/** `every`: 1 for each point, 5 for each fifth. */
export function crashTests(title: string, every: number): void {
  describe(title, function () {
    this.timeout(1_800_000);
    it('goes on to the same end, or back to where it began', async () => {
      const whole = await startBox();
      // Without a port of its own in it, the end of one box is not that of another.
      const end = async (box: Box): Promise<string> => JSON.stringify(shape(await picture(box))).replaceAll(String(box.port + 1), 'NEXT').replaceAll(String(box.port), 'PORT').replaceAll(box.root, 'ROOT');
      const { points } = await installAndHalt(whole, 'install', 0);
      const wanted = await end(whole);
      await whole.close();
      assert.ok(points > 40, String(points));
      for (let at = 1; at <= points; at += every) {
        for (const then of ['install', 'undo'] as const) {
          const box = await startBox();
          try {
            const before = await picture(box);
            assert.equal((await installAndHalt(box, 'install', at)).signal, 'SIGKILL', `point ${at}`);
            if (then === 'install') {
              const report = await installation(box).install(false);
              assert.ok(report.ok, `point ${at}: ${JSON.stringify(report.steps)}`);
              assert.equal(await end(box), wanted, `point ${at}`);
            }
            const back = await installation(box).undo(false);
            assert.ok(back.ok, `point ${at}: ${JSON.stringify(back.steps)}`);
            assert.deepEqual(await picture(box), before, `point ${at}, then ${then}`);
          } finally {
            await box.close();
          }
        }
      }
    });

    it('an undoing that is killed is gone on with', async () => {
      const whole = await startBox();
      await installation(whole).install(false);
      const { points } = await installAndHalt(whole, 'undo', 0);
      await whole.close();
      assert.ok(points > 20, String(points));
      for (let at = 1; at <= points; at += every) {
        const box = await startBox();
        try {
          const before = await picture(box);
          await installation(box).install(false);
          assert.equal((await installAndHalt(box, 'undo', at)).signal, 'SIGKILL', `point ${at}`);
          assert.ok((await installation(box).undo(false)).ok, `point ${at}`);
          assert.deepEqual(await picture(box), before, `point ${at}`);
        } finally {
          await box.close();
        }
      }
    });
  });
}
