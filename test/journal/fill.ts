// Run by journal.test.ts under a file size limit: appends until the disk is full, then once more, and tells how far it came.
import { Problem } from '../../plugin/domain/problem.js';
import { aDraft, open } from './a-journal.js';

const journal = await open(process.argv[2]!, { hold: () => Promise.resolve(() => undefined) });
let acknowledged = 0;
const problems: string[] = [];
while (problems.length < 2 && acknowledged < 1000) {
  try {
    await journal.append(aDraft('A', 'x'.repeat(1000)));
    acknowledged++;
  } catch (thrown) {
    problems.push(Problem.from(thrown).code);
  }
}
process.stdout.write(JSON.stringify({ acknowledged, problems }));
await journal.close();
