// A deadline holds though nobody but what it limits keeps it, and ends with who else may end it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { deadlineOr } from '../../plugin/domain/deadline.js';
import { sources } from '../house/sources.js';
import { collectGarbage } from '../support/collect-garbage.js';
import fs from 'node:fs';

const never = new AbortController().signal;

describe('deadline', () => {
  it('comes, whatever the garbage collector takes', async () => {
    const limit = deadlineOr(60, never);
    const collecting = setInterval(collectGarbage, 10);
    await once(limit, 'abort').finally(() => clearInterval(collecting));
    assert.equal((limit.reason as Error).name, 'TimeoutError');
  });

  it('ends with the other signal, for its reason; and is over at once where that is', () => {
    const other = new AbortController();
    const limit = deadlineOr(60_000, other.signal);
    assert.equal(limit.aborted, false);
    const reason = new Error('stop');
    other.abort(reason);
    assert.equal(limit.reason, reason);
    assert.equal(deadlineOr(60_000, other.signal).reason, reason);
  });

  it('is used wherever a timeout is one of several ends', () => {
    const weak = sources().filter((file) => /AbortSignal\.any\([^)]*AbortSignal\.timeout/.test(fs.readFileSync(file, 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '')));
    assert.deepEqual(weak, []);
  });
});
