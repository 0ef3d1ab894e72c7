// Loaded into the server before its own code: names each journal append and each rename on descriptor 3 as it is reached, and at the one
// that EXPORTGATE_HALT_AT names stops the process dead, for the parent to kill. The server itself knows nothing of it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const haltAt = process.env.EXPORTGATE_HALT_AT ?? '';
/** Longer than any parent waits: who is not killed by then has been left behind. */
const LEFT_BEHIND_MS = 150_000;
const seen = new Map();
/** Descriptor → what was written to it last: an fdatasync is named after the entries that it makes durable. */
const written = new Map();

/** A name for good: which append or rename this is, by what it is of and how many of those there were, whatever else runs beside it. */
function number(what) {
  const count = (seen.get(what) ?? 0) + 1;
  seen.set(what, count);
  return `${what} ${count}`;
}

function reach(points, when) {
  for (const point of points) {
    const name = `${point} ${when}`;
    fs.writeSync(3, `${name}\n`);
    if (name !== haltAt) continue;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LEFT_BEHIND_MS);
    process.kill(process.pid, 'SIGKILL');
  }
}

function appends(file) {
  const lines = String(written.get(file) ?? '').split('\n').filter((line) => line.startsWith('{"'));
  written.delete(file);
  const events = lines.map((line) => `append ${JSON.parse(line).event}`);
  return (events.length > 0 ? events : ['append nothing']).map(number);
}

/** Names of objects are drawn: what counts is the kind, and the order. */
const renames = (to) => [number(`rename ${path.extname(to) || path.basename(to)}`)];

const { write, fdatasync, fdatasyncSync, rename, renameSync } = fs;
const renameLater = fs.promises.rename;

fs.write = (file, bytes, ...rest) => {
  if (Buffer.isBuffer(bytes) && bytes[0] === 0x7b) written.set(file, bytes);
  return write(file, bytes, ...rest);
};

fs.fdatasync = (file, callback) => {
  const points = appends(file);
  reach(points, 'before');
  fdatasync(file, (error) => {
    reach(points, 'after');
    callback(error);
  });
};

fs.fdatasyncSync = (file) => {
  const points = appends(file);
  reach(points, 'before');
  fdatasyncSync(file);
  reach(points, 'after');
};

fs.rename = (from, to, callback) => {
  const points = renames(String(to));
  reach(points, 'before');
  rename(from, to, (error) => {
    reach(points, 'after');
    callback(error);
  });
};

fs.renameSync = (from, to) => {
  const points = renames(String(to));
  reach(points, 'before');
  renameSync(from, to);
  reach(points, 'after');
};

fs.promises.rename = async (from, to) => {
  const points = renames(String(to));
  reach(points, 'before');
  await renameLater(from, to);
  reach(points, 'after');
};

syncBuiltinESMExports();

// A test run that dies takes its servers with it.
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(1), 1_000).unref();
