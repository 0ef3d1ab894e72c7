// Program of a thread in the place of the one that sums: as that, or it fails in the way that the environment names when the thread starts.
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { SumOrder, SumWork } from '../../plugin/store/sum-thread.js';

const way = process.env['EXPORTGATE_TEST_SUMS'] ?? '';
const { sums } = workerData as SumWork;
const isFirst = sums.includes('sm3');

const ways: Record<string, (order: SumOrder) => void> = {
  /** Both threads go on to the end; then one of them tells of a byte less. */
  'sums other bytes': (order) => {
    if ('slot' in order) parentPort!.postMessage({ slot: order.slot });
    else parentPort!.postMessage({ of: order.of, told: { bytes: isFirst ? 1 : 2, sha256: '', sm3: '', crc32: 0 } });
  },
  'throws at the first piece': () => {
    throw new Error('thrown in the thread');
  },
  'ends at the first piece': () => process.exit(0),
  'ends when it is asked': (order) => {
    if ('slot' in order) parentPort!.postMessage({ slot: order.slot });
    else if (isFirst) process.exit(0);
  },
  /** Nothing is said of any piece. */
  'stands still, then ends': () => void setTimeout(() => process.exit(0), 300),
};

if (way === 'throws when it starts') throw new Error('thrown in the thread');
const fail = ways[way];
if (fail) parentPort!.on('message', fail);
else createRequire(import.meta.url)('../../plugin/store/sum-thread.ts');
