// exportgate setup-token: the machine's one-time token, for who can write in the keys folder.
import type { Verb } from './context.js';

export const printSetupToken =
  (make: (config: string, env: NodeJS.ProcessEnv) => Promise<string>): Verb<object> =>
  async ({ output, config, env }) => {
    const token = await make(config, env);
    output.result({ setupToken: token }, [
      `一次性令牌 one-time token: ${token}`,
      'It makes one administrator’s account (exportgate account set-up FILE), or stands for a missing second administrator (account confirm ID --with-token).',
    ]);
    return 0;
  };
