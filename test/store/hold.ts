// Run by store.test.ts as a process of its own: takes the lock and keeps it until it is killed.
import { holdLock } from '../../plugin/store/sqlite.js';

const release = await holdLock(process.argv[2]!);
process.send!('held');
setInterval(() => release, 60_000);
