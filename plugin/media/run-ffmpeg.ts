// One run of ffmpeg, with progress in percent of what was wanted (ffmpeg's own percent is wrong for cut footage).
import type { Tools } from './find-ffmpeg.js';
import { runTool } from './run-tool.js';
import type { RunLimits } from './run-tool.js';

export interface FfmpegRun extends RunLimits {
  wantedMicros: number;
  /** 0 to 100, never going back; 100 only at the end. */
  onProgress?: (percent: number) => void;
}

/** Before every recipe: nothing is asked at the terminal, progress comes on stdout, complaints alone on stderr. A copy that a crash
 *  left is written again. */
export const runArguments = ['-nostdin', '-y', '-hide_banner', '-nostats', '-loglevel', 'error', '-progress', 'pipe:1'];

/** `-progress` lines → percent. `out_time_ms` holds microseconds, in every version (ffmpeg trac 7345); `out_time_us` is younger. */
function watchProgress(wantedMicros: number, onProgress: (percent: number) => void): (text: string) => void {
  let rest = '';
  let told = -1;
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!.slice(-1024);
    for (const line of lines) {
      const micros = /^out_time_ms=(\d+)$/.exec(line.trim())?.[1];
      if (micros === undefined) continue;
      const percent = Math.min(99, Math.floor((Number(micros) / Math.max(1, wantedMicros)) * 100));
      if (percent > told) onProgress((told = percent));
    }
  };
}

/** Problem `render-failed`: ffmpeg failed, took too long, or was stopped. That it ended well proves nothing yet: probe the output. */
export async function runFfmpeg(tools: Tools, args: readonly string[], run: FfmpegRun): Promise<void> {
  const tell = run.onProgress ?? (() => undefined);
  await runTool(tools.fence, tools.ffmpeg, [...runArguments, ...args], run, watchProgress(run.wantedMicros, tell));
  tell(100);
}
