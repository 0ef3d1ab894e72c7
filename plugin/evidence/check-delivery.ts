// Is what was delivered what the plan lets leave? Masked copies where it wants masks; no picture but theirs where copies alone may leave, or leave
// apart from the originals; and no copy among these.
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import { sumListDigest } from '../domain/formats/sum-list.js';
import { manifestPath } from './layout.js';
import type { Manifest } from './manifest-schema.js';
import { Broken } from './package-fault.js';
import type { History } from './read-history.js';

const differs = (member: string): Broken => new Broken('manifest-changed', `${manifestPath}#/${member}`);
/** A working copy is as good as the original. */
const unmasked: readonly string[] = ['original', 'excerpt', 'units', 'working'];

/**
 * The list that the manifest tells as drawn is the last one that an entry of the history committed to, and none is kept silent. Throws Broken
 * `manifest-changed`.
 */
export function checkDelivery({ plan, part, cameras, files }: Manifest, { drawings }: Pick<History, 'drawings'>): void {
  const isMasked = plan.masks.length > 0;
  const areAlone = plan.deliver === 'copy' || part === 'copies';
  for (const [i, { role, parent, sealedParent }] of files.entries()) {
    const isCopy = role === 'viewing' || role === 'masked';
    const isOfPlan = !isCopy || (role === 'masked') === isMasked;
    const mayLeave = !areAlone || (!unmasked.includes(role) && (!isCopy || (parent === undefined && sealedParent !== undefined)));
    if (!isOfPlan || !mayLeave || (isCopy && part === 'originals')) throw differs(`files/${i}`);
  }
  for (const [i, { camera, masks }] of cameras.entries()) {
    const drawn = masks?.drawn ?? null;
    const isCommitted = (drawn?.sha256 ?? null) === (drawings.get(camera) ?? null);
    if (!isCommitted || (drawn !== null && sumOf(camera, drawn) !== drawn.sha256)) throw differs(`cameras/${i}`);
    if (isMasked && drawn === null && files.some(({ role, path }) => role === 'masked' && path.split('/')[1] === camera)) throw differs(`cameras/${i}`);
  }
}

/** What the papers name is what is listed. Throws Broken `manifest-changed`. */
export function checkContents({ contents, files }: Manifest): void {
  if (contents.sha256 !== sumListDigest(files.filter(({ role }) => role !== 'document'))) throw differs('contents');
}

/** Of the list as the gate sealed it. */
function sumOf(camera: string, { areas, reason }: NonNullable<NonNullable<Manifest['cameras'][number]['masks']>['drawn']>): string {
  return sha256Hex(Buffer.from(canonicalJson({ version: 1, camera, areas, ...(reason !== undefined && { reason }) })));
}
