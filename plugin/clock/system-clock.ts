// What the operating system says of its own clock: is it kept in step with another one?
import { execFile } from 'node:child_process';

export type Synchronised = 'yes' | 'no' | 'unknown';

const PATIENCE_MS = 5_000;
/** Its word stands for so long: a page with fifty pictures starts no fifty programs. */
const BELIEVED_MS = 10_000;

/** Asks at most every ten seconds. `monotonic`: milliseconds that only ever grow; `ask` is handed in for tests. */
export function systemClock(
  searchPath: string,
  monotonic: () => number,
  ask: (searchPath: string) => Promise<Synchronised> = askSystemClock,
): () => Promise<Synchronised> {
  let askedAt = Number.NEGATIVE_INFINITY;
  let word: Promise<Synchronised> = Promise.resolve('unknown');
  return () => {
    if (monotonic() - askedAt >= BELIEVED_MS) {
      askedAt = monotonic();
      word = ask(searchPath);
    }
    return word;
  };
}

/** By systemd's word, which holds for chrony and ntpd too (adjtimex, STA_UNSYNC). Where nobody can say: unknown. */
const askSystemClock = (searchPath: string): Promise<Synchronised> =>
  new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, maxBuffer: 1024, env: { PATH: searchPath } };
    execFile('timedatectl', ['show', '--property=NTPSynchronized', '--value'], options, (error, stdout) => {
      const word = error ? '' : stdout.trim();
      resolve(word === 'yes' || word === 'no' ? word : 'unknown');
    });
  });
