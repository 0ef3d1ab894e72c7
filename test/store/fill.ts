// Run by objects.long.test.ts under a file size limit: seals until the disk is full and tells what it got and what lies there then.
import fs from 'node:fs';
import { Problem } from '../../plugin/domain/problem.js';
import { MasterKeys } from '../../plugin/keys/master.js';
import { Objects } from '../../plugin/store/objects.js';

const folder = process.argv[2]!;
const objects = new Objects({ folder, keys: new MasterKeys(new Map([[1, Buffer.alloc(32, 1)]])), newId: () => 'object' });
const writer = await objects.create();
try {
  for (let n = 0; n < 10; n++) await writer.write(Buffer.alloc(1_048_576));
  await writer.finish();
} catch (thrown) {
  process.stdout.write(`${Problem.from(thrown).code} ${JSON.stringify(fs.readdirSync(folder))}\n`);
}
