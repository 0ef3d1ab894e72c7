// Run by sums.long.test.ts: seals one object, prints its SHA-256, and has nothing more to do.
import { MasterKeys } from '../../plugin/keys/master.js';
import { Objects } from '../../plugin/store/objects.js';

const objects = new Objects({ folder: process.argv[2]!, keys: new MasterKeys(new Map([[1, Buffer.alloc(32, 1)]])), newId: () => 'object' });
const writer = await objects.create();
await writer.write(Buffer.alloc(3_000_000, 'exportgate'));
process.stdout.write(`${(await writer.finish()).sha256}\n`);
