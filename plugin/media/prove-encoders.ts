// Which encoders work here? That ffmpeg lists one says that somebody compiled it in; whether there is a card, a driver and a right to it shows
// when it encodes. Tried under the fence in which footage is rendered.
import path from 'node:path';
import { buildArguments, type Filter } from './ffmpeg.js';
import type { Tools } from './find-ffmpeg.js';
import { probe } from './probe.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { runTool } from './run-tool.js';

export interface EncoderProof {
  name: string;
  /** Seconds of 720p at 25 frames a second that it encodes in a second; null: it does not work here. */
  speed: number | null;
}

/** H.264 and H.265 in software and of each maker's hardware, in the order in which they are told. */
const known = [
  'libx264',
  'libx265',
  ...['nvenc', 'qsv', 'vaapi', 'amf', 'v4l2m2m', 'videotoolbox'].flatMap((way) => [`h264_${way}`, `hevc_${way}`]),
];
const frames = 25;
const film = `testsrc2=size=1280x720:rate=25:duration=${frames / 25}`;
const mostBytes = 32 * 1024 ** 2;
const limits = { timeLimitMs: 20_000, mostBytes, wantedMicros: (frames / 25) * 1_000_000 };
const mostAnswer = 256 * 1024;

/** Those that this ffmpeg lists, each tried. `folder`: private. */
export async function proveEncoders(tools: Tools, folder: string): Promise<EncoderProof[]> {
  const listed = await listEncoders(tools);
  const proofs: EncoderProof[] = [];
  for (const name of known.filter((one) => listed.has(one))) proofs.push({ name, speed: await tryEncoder(tools, folder, name) });
  return proofs;
}

async function listEncoders({ fence, ffmpeg }: Tools): Promise<Set<string>> {
  let answer = '';
  await runTool(fence, ffmpeg, ['-hide_banner', '-encoders'], { timeLimitMs: 20_000, cwd: '/', mostBytes: 0 }, (text) => {
    answer = (answer + text).slice(0, mostAnswer);
  });
  return new Set([...answer.matchAll(/^ V\S{5} (\S+)/gm)].map(([, name]) => name!));
}

async function tryEncoder(tools: Tools, folder: string, name: string): Promise<number | null> {
  const output = `${name.replaceAll('_', '-')}.mp4`;
  const upload: Filter[] = name.endsWith('_vaapi')
    ? [
        { filter: 'format', options: { pix_fmts: 'nv12' } },
        { filter: 'hwupload', options: {} },
      ]
    : [];
  const args = buildArguments({
    inputOptions: [...(upload.length > 0 ? ['-vaapi_device', '/dev/dri/renderD128'] : []), '-f', 'lavfi'],
    input: film,
    filters: upload,
    outputOptions: [
      '-c:v',
      name,
      ...(name.startsWith('lib') ? ['-preset', 'veryfast', '-pix_fmt', 'yuv420p'] : ['-b:v', '4M']),
      '-an',
      '-f',
      'mp4',
    ],
    output: `file:${output}`,
  });
  const begun = performance.now();
  try {
    await runFfmpeg(tools, args, { ...limits, cwd: folder });
    const seconds = (performance.now() - begun) / 1000;
    const codec = /264/.test(name) ? 'avc1' : 'hvc1';
    // Some end well and have written nothing.
    const found = await probe(tools, path.join(folder, output), { container: 'mp4', codec, audio: null });
    return found.frames === frames && found.width === 1280 ? frames / 25 / seconds : null;
  } catch {
    return null;
  }
}
