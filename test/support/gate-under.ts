// A gate under other policies than the shipped ones.
import { append, withPolicies, type Edits } from '../policy/policy-folder.js';
import { aGate, type GateOptions, type TestGate } from './gate.js';

/** Under an edited copy of the shipped policies; closing the gate removes the copy. */
export function aGateUnder(edits: Edits, options: GateOptions = {}): Promise<TestGate> {
  return new Promise((resolve, reject) => {
    let end = (): void => undefined;
    const over = new Promise<void>((resolveOver) => void (end = resolveOver));
    const ended = withPolicies(edits, async (policiesFolder) => {
      const gate = await aGate({ ...options, policiesFolder });
      const close = gate.close.bind(gate);
      gate.close = async () => {
        await close();
        end();
        await ended;
      };
      resolve(gate);
      await over;
    });
    ended.catch(reject);
  });
}

/** Tier 1 puts originals into the package, as tiers 2 and 3 do: for what is about other things than which package they are in. */
export const onePackage: Edits = { 'tier-1.csv': (text) => text.replaceAll('original:apart', 'original:with') };

/** For a file of tier 1: the ordinary bases ask for these duties as well, whoever applies. */
export const asksAlso = (duties: string) =>
  append(
    [
      `p, role:police.investigator, tier-1, camera:*, request, ordinary, *, allow, ${duties}`,
      `p, role:police.public-order, tier-1, camera:*, request, ADMIN_CASE, *, allow, ${duties}`,
    ].join('\n'),
  );
