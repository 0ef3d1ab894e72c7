// exportgate check: judges configuration, manifest and policy files as a start would, and says every fault at once.
import type { Fault } from '../domain/problem.js';
import type { Verb } from './context.js';
import { faultLine } from './outcome.js';

/** Given by the front door: what a start would judge. */
export interface Checks {
  judgePolicies(folder: string): Promise<{ faults: readonly Fault[] }>;
  checkConfig(path: string, env: NodeJS.ProcessEnv): Promise<readonly Fault[]>;
  checkManifest(): Promise<readonly Fault[]>;
}

export const check =
  (checks: Checks): Verb<{ policies?: string }> =>
  async ({ output, config, env }, { policies }) => {
    const { faults } =
      policies === undefined
        ? { faults: [...(await checks.checkManifest()), ...(await checks.checkConfig(config, env))] }
        : await checks.judgePolicies(policies);
    output.result({ ok: faults.length === 0, faults }, [
      ...faults.map(faultLine),
      faults.length === 0 ? 'no faults' : `${faults.length} fault(s)`,
    ]);
    return faults.length === 0 ? 0 : 2;
  };
