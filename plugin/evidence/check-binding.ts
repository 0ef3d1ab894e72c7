// Do the manifest and the history speak of the same export? Both are genuine here; a genuine manifest of another package is not.
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import { leavesApart } from '../domain/package-part.js';
import { commit } from '../domain/formats/commitment.js';
import { manifestPath } from './layout.js';
import type { Manifest } from './manifest-schema.js';
import { Broken } from './package-fault.js';
import { whereLine, type History, type Seal } from './read-history.js';

const differs = (member: string): Broken => new Broken('manifest-changed', `${manifestPath}#/${member}`);

/** What the last seal says of this package: of the only one of its request, or of that part. */
export const sealOf = ({ part }: Pick<Manifest, 'part'>, { sealed }: Pick<History, 'sealed'>): Seal | null =>
  (part === 'originals' ? sealed?.originals : sealed) ?? null;

/**
 * The seal names this manifest, the plan is the one that was held, and two packages are made exactly where it wants the originals apart. `sha256`
 * is that of manifest.json. Throws Broken `manifest-changed`.
 */
export function checkBinding(manifest: Manifest, sha256: string, { lines, held, sealed }: History): void {
  const { requestId, policy, plan, part, originals } = manifest;
  if (sealOf(manifest, { sealed })?.manifest !== sha256) throw new Broken('manifest-changed', manifestPath);
  if (lines[0]?.requestId !== requestId) throw differs('requestId');
  if (held?.planDigest !== policy.planDigest) throw differs('policy/planDigest');
  if (canonicalJson(held.plan) !== canonicalJson(plan)) throw differs('plan');
  const isApart = leavesApart(plan);
  if ((part !== undefined) !== isApart || (sealed?.originals !== undefined) !== isApart) throw differs('part');
  if (originals !== (part === 'copies' ? sealed?.originals?.manifest : undefined)) throw differs('originals');
}

/**
 * A plan is what its digest says, and follows from the one before it, or from none; nothing is planned anew once it is granted: what was
 * agreed to is what is delivered. Throws Broken `entry-changed`.
 */
export function checkPlans({ plans }: History): void {
  for (const [at, { plan, planDigest, line, isGranted }] of plans.entries()) {
    const before = plans[at - 1];
    const follows = plan.replaces === (before?.planDigest ?? null) && plan.number === (before?.plan.number ?? 0) + 1;
    const isItself = planDigest === `sha256:${sha256Hex(canonicalJson(plan))}`;
    if (!follows || !isItself || isGranted) throw new Broken('entry-changed', whereLine(line));
  }
}

/** What the manifest discloses opens commitments that this request's entries made. Throws Broken `manifest-changed`. */
export function checkDisclosures({ disclosures }: Manifest, { commitments }: History): void {
  for (const [i, { commitment, field, value, salt }] of disclosures.entries())
    if (!commitments.has(commitment) || commit(Buffer.from(salt, 'hex'), field, value) !== commitment) throw differs(`disclosures/${i}`);
}
