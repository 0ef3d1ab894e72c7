// Loads the keys of a folder when told so: one of several processes that start at once.
import { loadKeys } from '../../plugin/keys/keys.js';

process.stdout.write('ready\n');
process.stdin.once('data', () => {
  const { known } = loadKeys(process.argv[2]!, { passphrase: { reveal: () => 'of all of them', cost: { N: 16, r: 1, p: 1 } } });
  process.stdout.write(`${JSON.stringify(known.map(({ fingerprint }) => fingerprint))}\n`);
  process.exit(0);
});
