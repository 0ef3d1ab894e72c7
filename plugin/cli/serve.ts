// exportgate serve: runs the gate until SIGTERM or SIGINT.
import type { Verb } from './context.js';

export interface RunningGate {
  url: string;
  fronts: readonly { recorder: string; url: string }[];
  /** Printed once, where no administrator has signed in yet. */
  setupToken: string | null;
  close(): Promise<void>;
}

export const serve =
  (start: (config: string, env: NodeJS.ProcessEnv) => Promise<RunningGate>): Verb<object> =>
  async ({ output, config, env }) => {
    const gate = await start(config, env);
    output.result({ url: gate.url, fronts: gate.fronts, setupToken: gate.setupToken }, [
      `ExportGate serves ${gate.url}`,
      ...gate.fronts.map((front) => `recorder ${front.recorder} is fronted at ${front.url}`),
      ...(gate.setupToken
        ? [
            `No administrator yet. One-time set-up token 首次启动令牌: ${gate.setupToken}`,
            'Use it: exportgate account set-up FILE, with {user, name, unit} in the file',
          ]
        : []),
    ]);
    await new Promise<void>((resolve) => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    await gate.close();
    return 0;
  };
