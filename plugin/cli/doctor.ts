// exportgate doctor: can this machine serve? ffmpeg runs, recorders answer, policy, keys, database and disk are sound. With --outside: a
// script that tries, on a client's computer, to reach footage past the gate.
import { Problem } from '../domain/problem.js';
import type { Context, Verb } from './context.js';
import type { Exit } from './outcome.js';
import { shScript } from './outside/sh-script.js';
import type { WaysAround } from './outside/way.js';
import { windowsScript } from './outside/windows-script.js';
import { openNew } from './write-new.js';

export interface Finding {
  what: string;
  ok: boolean;
  detail: string;
}

export interface DoctorOptions {
  outside?: boolean;
  for: 'sh' | 'windows';
  out?: string;
}

export const doctor =
  (examine: (config: string, env: NodeJS.ProcessEnv) => Promise<Finding[]>, waysAround: WaysAround): Verb<DoctorOptions> =>
  async (context, options) => {
    if (options.outside) return writeScript(waysAround, context, options);
    if (options.out !== undefined || options.for !== 'sh') throw new Problem('config-invalid', '--out and --for go with --outside.');
    const { output, config, env } = context;
    const findings = await examine(config, env);
    const well = findings.every((finding) => finding.ok);
    output.result(
      { ok: well, findings },
      findings.map(({ ok, what, detail }) => `${ok ? 'ok  ' : 'FAIL'}  ${what}: ${detail}`),
    );
    return well ? 0 : findings.some((finding) => !finding.ok && finding.what.startsWith('recorder')) ? 3 : 2;
  };

async function writeScript(waysAround: WaysAround, { output, config }: Context, { for: shell, out }: DoctorOptions): Promise<Exit> {
  const around = await waysAround(config);
  const script = shell === 'windows' ? windowsScript(around) : shScript(around);
  if (out === undefined) {
    if (output.json) output.result({ script, ...around }, []);
    else output.text(script);
    return 0;
  }
  const file = await openNew(out);
  try {
    await file.write(script);
  } finally {
    await file.drop();
  }
  const run = shell === 'windows' ? `powershell -ExecutionPolicy Bypass -File ${out}` : `sh ${out}`;
  output.result({ out, ...around }, [`${out}: ${around.ways.length} 项 ways; 在客户端电脑上运行 run it on a client’s computer: ${run}`]);
  return 0;
}
