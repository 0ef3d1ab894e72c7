// The real ffmpeg behind a script that does what a test wants of it: dies, hangs, is not there, or stops in the middle of a copy until it is told
// to go on.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { machineTools } from '../../media/tools.js';

const modes = ['dies', 'hangs', 'breaks', 'waits'] as const;

export interface GatedFfmpeg {
  /** For the gate's configuration. */
  path: string;
  /** Of runs that begin from now on; null: as it is. */
  mode(mode: (typeof modes)[number] | null): void;
  /** Away, until what it gives is called. */
  away(): () => void;
  /** Lets the runs that wait go on. */
  goOn(): void;
  close(): Promise<void>;
}

/** Bytes of a run that come before it breaks or waits. */
const FIRST_BYTES = 100_000;

export async function gatedFfmpeg(): Promise<GatedFfmpeg> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-ffmpeg-'));
  const tools = await machineTools();
  const at = (name: string): string => path.join(folder, name);
  const script = `#!/bin/sh
[ -e ${at('dies')} ] && exit 1
[ -e ${at('hangs')} ] && exec sleep 600
[ -e ${at('breaks')} ] && { ${tools.ffmpeg} "$@" | head -c ${FIRST_BYTES}; exit 1; }
[ -e ${at('waits')} ] && { ${tools.ffmpeg} "$@" | { head -c ${FIRST_BYTES}; while [ -d ${folder} ] && [ ! -e ${at('go')} ]; do sleep 0.05; done; cat; }; exit; }
exec ${tools.ffmpeg} "$@"
`;
  await fs.promises.writeFile(at('ffmpeg'), script, { mode: 0o755 });
  await fs.promises.symlink(tools.ffprobe, at('ffprobe'));
  return {
    path: at('ffmpeg'),
    mode(mode) {
      for (const name of modes) fs.rmSync(at(name), { force: true });
      if (mode === 'waits') fs.rmSync(at('go'), { force: true });
      if (mode) fs.writeFileSync(at(mode), '');
    },
    away() {
      fs.renameSync(at('ffmpeg'), at('ffmpeg-away'));
      return () => fs.renameSync(at('ffmpeg-away'), at('ffmpeg'));
    },
    goOn: () => fs.writeFileSync(at('go'), ''),
    close: () => fs.promises.rm(folder, { recursive: true, force: true }),
  };
}
