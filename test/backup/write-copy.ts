// Writes a copy of the keys, as a process of its own: `node --import tsx write-copy.ts <JSON>`.
import { readRecipient } from '../../plugin/backup/recipient.js';
import { writeKeyCopy } from '../../plugin/key-copy.js';

export interface Asked {
  to: string;
  recipient: string;
  keysFolder: string;
  masterFolder: string;
  dataFolder: string;
}

if (process.argv[2]) {
  const { recipient, ...asked } = JSON.parse(process.argv[2]) as Asked;
  const book = () => ({ live: [], destroyed: [], erased: [] });
  await writeKeyCopy({ ...asked, recipient: readRecipient(recipient), origin: 'test.exportgate.example/one', known: [], book, now: () => new Date() });
}
