// The rows of `bench -- seal`: an object sealed, beside each of its stages alone, and beside `cp`.
import fs from 'node:fs';
import path from 'node:path';
import { runPeer, runWork } from './children.js';
import { inFolder } from './journal-rows.js';
import { compare, median, type Row } from './rows.js';
import type { SealAnswer, SealOrder } from './seal.js';

const MEBIBYTES = 512;
/** Of the slowest stage's time: 85 % of its speed. */
const mostOfSlowest = 1 / 0.85;
const stages = { sm3: 'SM3 alone', sha256: 'SHA-256 alone', aes: 'AES-256-GCM alone', write: 'write and fsync alone' } as const;
type Stage = keyof typeof stages;

const measure = (stage: SealOrder['stage']): Promise<number> =>
  inFolder(async (folder) => (await runWork<SealAnswer>('seal', { stage, folder, mebibytes: MEBIBYTES } satisfies SealOrder)).seconds);

/** `cp` and `sync` of the copy: without, nothing is on the disk yet. */
const copy = (): Promise<number> =>
  inFolder(async (folder) => {
    const [from, to] = [path.join(folder, 'from'), path.join(folder, 'to')];
    await fs.promises.writeFile(from, Buffer.alloc(MEBIBYTES * 1024 * 1024, 'exportgate'));
    const begun = performance.now();
    for (const [command, args] of [
      ['cp', [from, to]],
      ['sync', [to]],
    ] as const) {
      const { status, complaint } = await runPeer(command, args, 300);
      if (status !== 0) throw new Error(`${command}: ${complaint}`);
    }
    return (performance.now() - begun) / 1000;
  });

export async function sealRows(runs: number): Promise<Row[]> {
  const ours: number[] = [];
  const copied: number[] = [];
  const alone: Record<Stage, number[]> = { sm3: [], sha256: [], aes: [], write: [] };
  const names = Object.keys(stages) as Stage[];
  for (let run = 0; run < runs; run++) {
    ours.push(await measure('seal'));
    for (const stage of names) alone[stage].push(await measure(stage));
    copied.push(await copy());
  }
  const slowest = names.reduce((slow, stage) => (median(alone[stage]) > median(alone[slow]) ? stage : slow));
  const what = `${MEBIBYTES} MiB sealed`;
  return [
    ...names.map((stage) =>
      compare(what, 's', ours, { name: stages[stage], values: alone[stage] }, stage === slowest ? mostOfSlowest : null),
    ),
    compare(what, 's', ours, { name: 'cp and sync', values: copied }, null),
  ];
}
