// exportgate doctor: can this machine serve? ffmpeg runs, recorders answer, policy, keys, database and disk are sound.
import type { Verb } from './context.js';

export interface Finding {
  what: string;
  ok: boolean;
  detail: string;
}

export const doctor =
  (examine: (config: string, env: NodeJS.ProcessEnv) => Promise<Finding[]>): Verb<object> =>
  async ({ output, config, env }) => {
    const findings = await examine(config, env);
    const well = findings.every((finding) => finding.ok);
    output.result(
      { ok: well, findings },
      findings.map(({ ok, what, detail }) => `${ok ? 'ok  ' : 'FAIL'}  ${what}: ${detail}`),
    );
    return well ? 0 : findings.some((finding) => !finding.ok && finding.what.startsWith('recorder')) ? 3 : 2;
  };
