// exportgate reproduce PACKAGE --key FILE: verifies it, makes each copy in it again, and says whether the same comes out.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Digester } from '../domain/formats/digest.js';
import { Problem } from '../domain/problem.js';
import type { Reproduced, Why } from '../export/reproduced.js';
import type { Verb } from './context.js';
import { verifyFile } from './verify.js';

const reasons: Record<Why, string> = {
  'recipe-missing': '清单没有记载制作方法 the manifest tells no recipe',
  'recipe-unknown': '制作方法不是本程序所用的那一种 the recipe is not one that this program uses',
  'other-ffmpeg': '制作时用的是另一版 ffmpeg it was made with another ffmpeg',
  'other-font': '制作时用的是另一字体 its marks were drawn with another font',
  'render-failed': 'ffmpeg 未能完成 ffmpeg did not finish',
  'parent-sealed':
    '原始文件封存在保管单位，不在包内；以 --parent 给出 the parent stays sealed and is not in the package; give it, and its units.ndjson and coverage.json, by --parent',
  'parent-changed': '读到的文件与清单不符 what was read is not what the manifest says',
};

export function reproducedLine(told: Reproduced): string {
  const { path: file } = told;
  if (told.outcome === 'cannot') return `${file}: cannot · 无法重做: ${told.why}: ${reasons[told.why]}`;
  if (told.outcome !== 'differs')
    return told.outcome === 'same-bytes' ? `${file}: same bytes · 字节相同` : `${file}: same pictures · 画面相同`;
  const { track, frame } = told;
  return `${file}: differs at ${track === 'sound' ? 'sound ' : ''}frame ${frame} · 自第 ${frame} 帧${track === 'sound' ? '声音' : ''}起不同`;
}

/** 0 all came out the same; 1 the package is not intact, or something differs; 3 nothing differs, and something could not be made again. */
export const reproducePackage: Verb<{ package: string; key: string; parent?: string[]; ffmpeg?: string }> = async (context, options) => {
  const { output, env } = context;
  const { openVerified } = await import('../evidence/open-verified.js');
  const key = await fs.promises.readFile(options.key, 'utf8').catch(() => '');
  const opened = await openVerified(options.package, key);
  if ('verdict' in opened) return verifyFile(context, { ...options, witness: [] });
  const work = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-reproduce-'));
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new Error('interrupted'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const tools = await usableTools(options.ffmpeg, env);
    const { reproduce } = await import('../export/reproduce.js');
    const told: Reproduced[] = [];
    for await (const each of reproduce({ tools, workFolder: work, signal: stop.signal }, opened, await handedOver(options.parent ?? []))) {
      told.push(each);
      output.say(reproducedLine(each));
    }
    output.result({ ffmpeg: tools.version, derivatives: told }, [`${told.length} made again with ${tools.version} · 共 ${told.length} 个`]);
    if (told.some(({ outcome }) => outcome === 'differs')) return 1;
    return told.some(({ outcome }) => outcome === 'cannot') ? 3 : 0;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await opened.source.close();
    await fs.promises.rm(work, { recursive: true, force: true });
  }
};

async function usableTools(given: string | undefined, env: NodeJS.ProcessEnv) {
  const { findFfmpeg } = await import('../media/find-ffmpeg.js');
  const tools = await findFfmpeg({ ...(given !== undefined && { path: given }), searchPath: env['PATH'] ?? '' });
  if (tools.bundled)
    throw new Problem(
      'ffmpeg-missing',
      'Only the bundled ffmpeg of 2018 was found; its decoders have known holes, so it never gets footage that somebody brought.',
    );
  return tools;
}

/** SHA-256 → path, of the files that somebody gave beside the package. Problem `not-found`. */
async function handedOver(files: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of files) {
    const digester = new Digester();
    try {
      for await (const piece of fs.createReadStream(file, { highWaterMark: 1 << 20 })) digester.update(piece as Buffer);
    } catch (cause) {
      throw new Problem('not-found', `${file} cannot be read; --parent names files that stayed with the custodian.`, { cause });
    }
    found.set(digester.done().sha256, file);
  }
  return found;
}
