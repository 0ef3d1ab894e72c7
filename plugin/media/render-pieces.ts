// A long part made in pieces, as many at once as there are processors, and joined. Each piece is the same whoever makes it and beside how many others.
import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Tools } from './find-ffmpeg.js';
import { fillPiece, pieceFile, pieceList, piecesOf, type Piece } from './recipe.js';
import { runFfmpeg } from './run-ffmpeg.js';
import type { RunLimits } from './run-tool.js';

export interface InPieces {
  /** Arguments of each piece, with blanks; of the run that joins them. */
  template: readonly string[];
  join: readonly string[];
  /** Plain name in the work folder. */
  output: string;
  /** Microseconds: where pieces begin, and the last one ends. */
  cuts: readonly number[];
  /** Left out: one for each processor. */
  workers?: number;
  onProgress?: (percent: number) => void;
}

/** Problem `render-failed`; where one piece fails the others are stopped. */
export async function renderPieces(tools: Tools, { template, join, output, cuts, workers = availableParallelism(), onProgress }: InPieces, limits: RunLimits): Promise<void> {
  const pieces = piecesOf(cuts);
  const wantedMicros = cuts.at(-1)!;
  const failed = new AbortController();
  const signal = limits.signal ? AbortSignal.any([limits.signal, failed.signal]) : failed.signal;
  const done = new Map<Piece, number>();
  const waiting = [...pieces];
  const tell = (piece: Piece, percent: number): void => {
    done.set(piece, ((piece.to - piece.from) * percent) / 100);
    onProgress?.(Math.min(99, Math.floor((100 * [...done.values()].reduce((sum, micros) => sum + micros, 0)) / wantedMicros)));
  };
  const work = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece; piece = waiting.shift()) {
      const one = piece;
      await runFfmpeg(tools, fillPiece(template, output, one), { ...limits, signal, wantedMicros: one.to - one.from, onProgress: (percent) => tell(one, percent) });
    }
  };
  const works = Array.from({ length: Math.min(workers, pieces.length) }, () =>
    work().catch((thrown: unknown) => {
      failed.abort(thrown);
      throw thrown;
    }),
  );
  // All have ended before anything is thrown: nobody writes into a folder that is being wiped.
  const [bad] = (await Promise.allSettled(works)).filter((it) => it.status === 'rejected');
  if (bad) throw failed.signal.reason;
  const list = pieceList(output, cuts);
  await writeFile(path.join(limits.cwd, list.name), list.text, { mode: 0o600 });
  await runFfmpeg(tools, join, { ...limits, wantedMicros });
  onProgress?.(100);
  await Promise.all(pieces.map((piece) => rm(path.join(limits.cwd, pieceFile(output, piece)), { force: true })));
}
