// Which ffmpeg this gate uses: the configured one, else the system's, else the bundled build of 2018 (never for `serve`).
// The door to @ffmpeg-installer/ffmpeg and @ffprobe-installer/ffprobe.
import { access, chmod, constants } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { noFence, runTool } from './run-tool.js';
import type { Fence } from './run-tool.js';

/** Absolute paths of what was found and ran. */
export interface Tools {
  ffmpeg: string;
  ffprobe: string;
  /** First line of ffmpeg's `-version`. */
  version: string;
  /** One of the two is the unpatched build of 2018: say so loudly, and never give it footage from outside. */
  bundled: boolean;
  fence: Fence;
}

const answerLimits = { timeLimitMs: 20_000, cwd: os.tmpdir(), mostBytes: 0 };
/** What recipes need: the text filter and the encoder. */
const neededFeatures = ['--enable-libfreetype', '--enable-libx264'];
const advice = 'It must be built with libx264 and libfreetype, with ffprobe beside it (Debian: apt install ffmpeg).';

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

async function searchIn(searchPath: string, name: string): Promise<string | null> {
  for (const folder of searchPath.split(path.delimiter).filter((one) => path.isAbsolute(one))) {
    const file = path.join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return null;
}

/** `-version` as text; null where the program does not run. */
async function askVersion(fence: Fence, program: string): Promise<string | null> {
  let answer = '';
  const run = runTool(fence, program, ['-version'], answerLimits, (text) => (answer = (answer + text).slice(0, 65_536)));
  return run.then(
    () => answer,
    () => null,
  );
}

const canRender = (answer: string | null): answer is string =>
  answer !== null && neededFeatures.every((feature) => answer.includes(feature));

/** Path of a bundled program, made executable where npm ran without install scripts; null where this platform has none. */
async function unpack(load: () => Promise<{ default: { path: string } }>): Promise<string | null> {
  try {
    const { path: file } = (await load()).default;
    if (!(await isExecutable(file))) await chmod(file, 0o755);
    return file;
  } catch {
    return null; // both packages throw, one of them a string, on a platform they do not know
  }
}

async function findFence(searchPath: string, ffmpeg: string): Promise<Fence> {
  const fence: Fence = { setpriv: await searchIn(searchPath, 'setpriv'), prlimit: await searchIn(searchPath, 'prlimit') };
  for (const candidate of [fence, { ...fence, setpriv: null }]) if (await askVersion(candidate, ffmpeg)) return candidate;
  return noFence;
}

async function findTranscoder(
  given: string | undefined,
  searchPath: string,
): Promise<{ ffmpeg: string; answer: string; bundled: boolean }> {
  if (given !== undefined) {
    const answer = path.isAbsolute(given) ? await askVersion(noFence, given) : null;
    if (canRender(answer)) return { ffmpeg: given, answer, bundled: false };
    throw new Problem('ffmpeg-missing', `The configured ffmpeg does not run, or lacks a part. ${advice} Give its absolute path.`);
  }
  const system = await searchIn(searchPath, 'ffmpeg');
  const answer = system && (await askVersion(noFence, system));
  if (system && canRender(answer)) return { ffmpeg: system, answer, bundled: false };
  const fallback = await unpack(() => import('@ffmpeg-installer/ffmpeg'));
  const old = fallback && (await askVersion(noFence, fallback));
  if (fallback && canRender(old)) return { ffmpeg: fallback, answer: old, bundled: true };
  throw new Problem('ffmpeg-missing', `No usable ffmpeg was found on PATH. ${advice}`);
}

async function findProbe(ffmpeg: string, searchPath: string): Promise<{ ffprobe: string; bundled: boolean }> {
  const beside = path.join(path.dirname(ffmpeg), path.basename(ffmpeg).replace('ffmpeg', 'ffprobe'));
  const system = beside !== ffmpeg && (await isExecutable(beside)) ? beside : await searchIn(searchPath, 'ffprobe');
  if (system && (await askVersion(noFence, system))) return { ffprobe: system, bundled: false };
  const fallback = await unpack(() => import('@ffprobe-installer/ffprobe'));
  if (fallback && (await askVersion(noFence, fallback))) return { ffprobe: fallback, bundled: true };
  throw new Problem('ffmpeg-missing', `No ffprobe was found beside ffmpeg or on PATH. ${advice}`);
}

/**
 * Found once at start, by running it. `path`: the configured ffmpeg, which then must work; `searchPath`: the PATH to look in (the
 * caller reads the environment, this room does not). Problem `ffmpeg-missing`.
 */
export async function findFfmpeg({ path: given, searchPath }: { path?: string; searchPath: string }): Promise<Tools> {
  const transcoder = await findTranscoder(given, searchPath);
  const probe = await findProbe(transcoder.ffmpeg, searchPath);
  return {
    ffmpeg: transcoder.ffmpeg,
    ffprobe: probe.ffprobe,
    version: transcoder.answer.split('\n', 1)[0]!.trim(),
    bundled: transcoder.bundled || probe.bundled,
    fence: await findFence(searchPath, transcoder.ffmpeg),
  };
}
