// The pull against a plain copy, and against other clients: the same minutes of film, each in processes of its own, turn by turn.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { program, runWork, startServer } from './children.js';
import { framesPerSecond, makeClip, seconds } from './clip.js';
import { pullByFfmpeg, pullByRtspsrc, type PeerResult } from './peers.js';
import type { PullAnswer, PullOrder } from './pull.js';
import { compare, type Row } from './rows.js';

const account = { user: 'bench', password: 'not-a-secret' };
const from = new Date('2026-03-01T02:00:00.000Z');
/** Footage goes on behind the span, as it does in a recorder. */
const behindMs = 60_000;
const megabytesAllowed = 150;

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-bench-'));
  try {
    return await work(folder);
  } finally {
    await fs.promises.rm(folder, { recursive: true, force: true });
  }
}

interface Copied {
  seconds: number;
  bytes: number;
  megabytes: number;
}

const copy = (bytes: number): Promise<Copied> =>
  inFolder(async (folder) => {
    const sender = await startServer(process.execPath, [program('send')], { bytes });
    try {
      return await runWork<Copied>('copy', { port: Number(sender.address), file: path.join(folder, 'copied') });
    } finally {
      await sender.close();
    }
  });

/** Rows of one length of film. The other clients run beside a minute alone: ffmpeg takes as long as the film. */
export async function pullRows(minutes: number, runs: number): Promise<Row[]> {
  const media = await makeClip();
  const to = new Date(from.getTime() + minutes * seconds * 1000);
  const box = { media, ...account, start: from, end: new Date(to.getTime() + behindMs) };
  const recorder = await startServer(process.execPath, [program('recorder')], box);
  try {
    const [url = '', rtsp = ''] = recorder.address.split(' ');
    const order = {
      recorder: { id: 'bench', url, ...account },
      source: { recording: 'REC_1' },
      span: { from: from.toISOString(), to: to.toISOString() },
    };
    const pull = (sealed: boolean): Promise<PullAnswer> =>
      inFolder((folder) => runWork('pull', { ...order, folder, sealed } satisfies PullOrder));

    // Once for the recorder, which packs its film when it is first asked for it.
    await pull(false);
    const [copies, plain, sealed]: [Copied[], PullAnswer[], PullAnswer[]] = [[], [], []];
    for (let run = 0; run < runs; run++) {
      plain.push(await pull(false));
      copies.push(await copy(plain[run]!.bytes));
      sealed.push(await pull(true));
    }
    const what = `${minutes} min of 1080p at 8 Mbit/s`;
    const measure = { name: 'TCP to file, fsync', values: copies.map((one) => one.seconds) };
    const bound = { name: 'the bound', values: [megabytesAllowed] };
    const wanted = minutes * seconds * framesPerSecond;
    const lost = (frames: number): number => Math.max(0, wanted - frames);
    const losses = [...plain, ...sealed].map(({ frames }) => lost(frames));
    for (const { frames } of [...plain, ...sealed]) if (frames !== wanted) throw new Error(`A pull of ${wanted} frames gave ${frames}.`);
    const rows = [
      compare(
        `${what}: pulled, unsealed`,
        's',
        plain.map((one) => one.seconds),
        measure,
        2,
      ),
      compare(
        `${what}: pulled, sealed`,
        's',
        sealed.map((one) => one.seconds),
        measure,
        4,
      ),
      compare(
        `${what}: peak memory, unsealed`,
        'MB',
        plain.map((one) => one.megabytes),
        bound,
        1,
      ),
      compare(
        `${what}: peak memory, sealed`,
        'MB',
        sealed.map((one) => one.megabytes),
        bound,
        1,
      ),
    ];
    if (minutes > 1) return rows;
    const footage = { media, from, to, ...account };
    const peers: PeerResult[] = [
      await inFolder((folder) => pullByFfmpeg(new URL(rtsp), footage, folder)),
      await pullByRtspsrc(footage, true),
      await pullByRtspsrc(footage, false),
    ];
    for (const { name, frames, seconds: taken, note } of peers)
      rows.push(
        { ...compare(`${what}: frames lost`, 'frames', losses, { name, values: note === undefined ? [lost(frames)] : [] }, null), note },
        {
          ...compare(
            `${what}: time`,
            's',
            plain.map((one) => one.seconds),
            { name, values: note === undefined ? [taken] : [] },
            null,
          ),
          note,
        },
      );
    return rows;
  } finally {
    await recorder.close();
  }
}
