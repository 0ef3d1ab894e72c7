// The rows of `bench -- journal`: durable appends beside what everybody could write by hand, and a long journal verified.
import fs from 'node:fs';
import path from 'node:path';
import { runWork } from './children.js';
import type { JournalAnswer, JournalOrder } from './journal.js';
import { compare, type Row } from './rows.js';

const APPENDED = 4_096;
const WRITERS = 64;
/** Seconds in which a long journal must be verified; of a million entries. */
const MOST_SECONDS = 20;
const LONG = 1_000_000;

/** On the disk of the checkout: a temporary folder may be memory, where a sync costs nothing. */
export async function inFolder<T>(step: (folder: string) => Promise<T>): Promise<T> {
  const cache = path.resolve('node_modules/.cache/exportgate-bench');
  await fs.promises.mkdir(cache, { recursive: true });
  const folder = await fs.promises.mkdtemp(path.join(cache, 'journal-'));
  try {
    return await step(folder);
  } finally {
    await fs.promises.rm(folder, { recursive: true });
  }
}

type Kind = { what: 'append'; writers: number } | { what: 'plain' } | { what: 'sqlite' };
const measure = (kind: Kind): Promise<number> =>
  inFolder(
    async (folder) => (await runWork<JournalAnswer>('journal', { ...kind, folder, count: APPENDED } satisfies JournalOrder)).seconds,
  );

/** Each run measures all of them, one after the other: what the disk does meanwhile meets them alike. */
export async function journalRows(runs: number, entries = LONG): Promise<Row[]> {
  const [ours, alone, plain, sqlite]: number[][] = [[], [], [], []];
  for (let run = 0; run < runs; run++) {
    ours!.push(await measure({ what: 'append', writers: WRITERS }));
    alone!.push(await measure({ what: 'append', writers: 1 }));
    plain!.push(await measure({ what: 'plain' }));
    sqlite!.push(await measure({ what: 'sqlite' }));
  }
  const name = `${APPENDED} entries by ${WRITERS} writers`;
  const verified = await inFolder(async (folder) => {
    const { vkey } = await runWork<JournalAnswer>('journal', { what: 'fill', folder, count: entries } satisfies JournalOrder);
    const times: number[] = [];
    for (let run = 0; run < runs; run++)
      times.push(
        // As `exportgate journal verify` is started.
        (await runWork<JournalAnswer>('journal', { what: 'verify', vkey, folder, count: entries } satisfies JournalOrder, [])).seconds,
      );
    return times;
  });
  return [
    compare(name, 's', ours!, { name: 'one write and fdatasync an entry', values: plain! }, 0.33),
    compare(name, 's', ours!, { name: 'one SQLite insert an entry', values: sqlite! }, null),
    compare(`${APPENDED} entries by one writer`, 's', alone!, { name: 'one write and fdatasync an entry', values: plain! }, null),
    compare(
      `${entries} entries verified, with tiles`,
      's',
      verified,
      { name: `${MOST_SECONDS} s a million`, values: [(MOST_SECONDS * entries) / LONG] },
      entries < LONG ? null : 1,
    ),
  ];
}
