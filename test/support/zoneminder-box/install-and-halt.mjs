// An installation as a process of its own that dies at one point of its way: before or after a file gets its name or a command is run. The
// machine in the box lives on in the parent, which runs the commands. Arguments: what the parent gave it (`Halting`), as JSON. Runs what was
// built: there is one process for each point, and what has to be compiled in each would take ten times as long.
import fsPromises from 'node:fs/promises';

/** @type {import('./halting.js').Halting} */
const given = JSON.parse(process.argv[2] ?? '{}');
let points = 0;
function point() {
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

const machine = {
  ...given.machine,
  now: () => new Date('2026-11-29T08:00:00Z'),
  async run(command, args, input = '') {
    // What only looks is no point.
    const changes = command !== 'mariadb' || !input.startsWith('SELECT');
    if (changes) point();
    const answer = await fetch(given.runner, { method: 'POST', body: JSON.stringify({ command, args, input }) });
    if (changes) point();
    return answer.json();
  },
};

const { zoneminderInstallation } = await import('../../../dist/adapters/zoneminder/install/install.js');
const report = await zoneminderInstallation(given.place, machine)[given.verb](false);
process.stdout.write(JSON.stringify({ points, ok: report.ok }));
