// Which ffmpeg is taken, and that none is taken blindly.
import assert from 'node:assert/strict';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import { findFfmpeg } from '../../plugin/media/find-ffmpeg.js';
import { bundledTools, inFolder, machineTools } from './tools.js';

const isMissing = (error: unknown): boolean => error instanceof Problem && error.code === 'ffmpeg-missing';

describe('finding ffmpeg', function () {
  this.timeout(30_000);

  it('falls back where PATH has none, and says that it is the bundled one', async () => {
    const tools = await bundledTools();
    assert.equal(tools.bundled, true);
    assert.match(tools.version, /^ffmpeg version \S+/);
  });

  it('takes the one on PATH, with the ffprobe beside it', async () => {
    const { ffmpeg, ffprobe } = await machineTools();
    await inFolder(async (folder) => {
      await symlink(ffmpeg, path.join(folder, 'ffmpeg'));
      await symlink(ffprobe, path.join(folder, 'ffprobe'));
      const tools = await findFfmpeg({ searchPath: folder });
      assert.deepEqual([tools.ffmpeg, tools.ffprobe, tools.bundled], [path.join(folder, 'ffmpeg'), path.join(folder, 'ffprobe'), false]);
    });
  });

  it('takes the configured one', async () => {
    const { ffmpeg } = await machineTools();
    assert.equal((await findFfmpeg({ path: ffmpeg, searchPath: '' })).ffmpeg, ffmpeg);
  });

  it('passes over a program on PATH that is no ffmpeg, and does not look in relative folders', async () => {
    await inFolder(async (folder) => {
      await writeFile(path.join(folder, 'ffmpeg'), '#!/bin/sh\necho ffmpeg version 7.0\n');
      await chmod(path.join(folder, 'ffmpeg'), 0o755);
      assert.equal((await findFfmpeg({ searchPath: folder })).bundled, true);
      assert.equal((await findFfmpeg({ searchPath: `.:${path.relative('.', folder)}` })).bundled, true);
    });
  });

  for (const given of ['/nowhere/ffmpeg', 'ffmpeg', '', '/bin/true'])
    it(`refuses the configured “${given}” instead of taking another`, () =>
      assert.rejects(findFfmpeg({ path: given, searchPath: process.env.PATH ?? '' }), isMissing));
});
