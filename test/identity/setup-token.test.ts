// The set-up token: known to the printer alone, used once.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import { makeSetupToken, spendSetupToken } from '../../plugin/identity/setup-token.js';

const fails = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

describe('set-up token', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'setup-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('has 128 bits and leaves only its hash, for the owner alone', async () => {
    const token = await makeSetupToken(folder);
    assert.match(token, /^[0-9a-f]{8}(-[0-9a-f]{8}){3}$/);
    const files = await readdir(folder);
    assert.deepEqual(files, ['setup-token.sha256']);
    const file = join(folder, files[0]!);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const kept = await readFile(file, 'latin1');
    assert.match(kept, /^[0-9a-f]{64}\n$/);
    assert.ok(!kept.includes(token.slice(0, 8)));
  });

  it('is spent once', async () => {
    const token = await makeSetupToken(folder);
    await spendSetupToken(folder, token);
    assert.deepEqual(await readdir(folder), []);
    await assert.rejects(spendSetupToken(folder, token), fails('setup-closed'));
  });

  it('spent twice at once lets one through', async () => {
    const token = await makeSetupToken(folder);
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => spendSetupToken(folder, token)));
    assert.equal(ends.filter((end) => end.status === 'fulfilled').length, 1);
    assert.ok(ends.every((end) => end.status === 'fulfilled' || fails('setup-closed')(end.reason)));
  });

  it('survives a wrong guess', async () => {
    const token = await makeSetupToken(folder);
    for (const guess of ['', 'x', token.toUpperCase(), `${token}\n`, '00000000-00000000-00000000-00000000'])
      await assert.rejects(spendSetupToken(folder, guess), fails('token-invalid'), guess);
    await spendSetupToken(folder, token);
  });

  it('ends when the next one is made', async () => {
    const [first, second] = [await makeSetupToken(folder), await makeSetupToken(folder)];
    await assert.rejects(spendSetupToken(folder, first), fails('token-invalid'));
    await spendSetupToken(folder, second);
  });

  it('is not open where none was made', () =>
    assert.rejects(spendSetupToken(folder, '00000000-00000000-00000000-00000000'), fails('setup-closed')));

  it('with a damaged file opens nothing', async () => {
    await writeFile(join(folder, 'setup-token.sha256'), 'zz');
    await assert.rejects(spendSetupToken(folder, '00000000-00000000-00000000-00000000'), fails('key-invalid'));
  });

  it('that cannot be kept is a problem', async () => {
    await assert.rejects(makeSetupToken(join(folder, 'missing')), fails('key-invalid'));
  });
});
