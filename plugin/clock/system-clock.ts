// What the operating system says of its own clock: is it kept in step with another one?
import { execFile } from 'node:child_process';

export type Synchronised = 'yes' | 'no' | 'unknown';

const PATIENCE_MS = 5_000;

/** By systemd's word, which holds for chrony and ntpd too (adjtimex, STA_UNSYNC). Where nobody can say: unknown. */
export const askSystemClock = (searchPath: string): Promise<Synchronised> =>
  new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, maxBuffer: 1024, env: { PATH: searchPath } };
    execFile('timedatectl', ['show', '--property=NTPSynchronized', '--value'], options, (error, stdout) => {
      const word = error ? '' : stdout.trim();
      resolve(word === 'yes' || word === 'no' ? word : 'unknown');
    });
  });
