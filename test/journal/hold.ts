// Run by journal.test.ts as a process of its own: opens the journal, adds an entry, and keeps it until it is killed.
import { aDraft, open } from './a-journal.js';

const journal = await open(process.argv[2]!);
await journal.append(aDraft('A'));
process.send!('open');
setInterval(() => journal.size, 60_000);
