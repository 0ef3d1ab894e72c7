// exportgate witness: cosigns the checkpoints of other people's logs, until SIGTERM or SIGINT.
import type { Verb } from './context.js';

export interface RunningWitness {
  url: string;
  vkey: string;
  close(): Promise<void>;
}

export const serveWitness =
  (start: (config: string) => Promise<RunningWitness>): Verb<object> =>
  async ({ output, config }) => {
    const witness = await start(config);
    output.result({ url: witness.url, vkey: witness.vkey }, [
      `The witness listens at ${witness.url}`,
      `Its verifier key 见证公钥, for journal.witnesses of the gates: ${witness.vkey}`,
    ]);
    await new Promise<void>((resolve) => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    await witness.close();
    return 0;
  };
