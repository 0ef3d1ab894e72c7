// An installation as a process of its own that dies at one point of its way: before or after a file gets its name or a command is run. The
// machine in the box lives on in the parent, which runs the commands. Arguments: what the parent gave it, as JSON.
import fsPromises from 'node:fs/promises';
import type { InstallPlace, Machine, Ran } from '../../../plugin/domain/install.js';

export interface Halting {
  verb: 'install' | 'undo';
  place: InstallPlace;
  machine: Pick<Machine, 'root' | 'state' | 'addresses'>;
  /** Where commands are run. */
  runner: string;
  /** The point at which it dies; 0: none. */
  haltAt: number;
}

const given = JSON.parse(process.argv[2] ?? '{}') as Halting;
let points = 0;
function point(): void {
  points += 1;
  if (points === given.haltAt) process.kill(process.pid, 'SIGKILL');
}

// Before the installation is loaded: it takes the same object.
const { rename, rm } = fsPromises;
fsPromises.rename = async (from, to) => {
  point();
  await rename(from, to);
  point();
};
fsPromises.rm = async (file, options) => {
  await rm(file, options);
  if (!String(file).includes('.login-')) point();
};

const machine: Machine = {
  ...given.machine,
  now: () => new Date('2026-11-29T08:00:00Z'),
  run: async (command, args, input = '') => {
    // What only looks is no point.
    const changes = command !== 'mariadb' || !input.startsWith('SELECT');
    if (changes) point();
    const answer = await fetch(given.runner, { method: 'POST', body: JSON.stringify({ command, args, input }) });
    if (changes) point();
    return (await answer.json()) as Ran;
  },
};

const { zoneminderInstallation } = await import('../../../adapters/zoneminder/install/install.js');
const report = await zoneminderInstallation(given.place, machine)[given.verb](false);
process.stdout.write(JSON.stringify({ points, ok: report.ok }));
