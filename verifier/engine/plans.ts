// Was that delivered which was planned and granted? Checks 6 to 8 and 10 of docs/spec/package.md, "Verification".
import { Broken } from './broken.js';
import { hexOf, joinBytes, utf8 } from './bytes.js';
import { sameJson, writeCanonical, type Json } from './canonical.js';
import { lineAt, type History, type PlanLine, type Seal } from './history.js';
import type { Item, Manifest } from './manifest.js';
import { sha256 } from './sha256.js';

const changedMember = (member: string): Broken => new Broken('manifest-changed', `manifest.json#/${member}`);
const digestOf = (value: Json): string => `sha256:${hexOf(sha256(utf8(writeCanonical(value))))}`;
const asJson = (value: unknown): Json => value as Json;

/** Throws Broken `entry-changed`: a plan that is not its digest, follows from another one, was made after the grant, or adds something. */
export function checkPlans({ plans, asked }: History): void {
  for (const [i, { plan, planDigest, line, isGranted }] of plans.entries()) {
    const before = plans[i - 1];
    const follows = plan.replaces === (before?.planDigest ?? null) && plan.number === (before?.plan.number ?? 0) + 1;
    if (!follows || isGranted || planDigest !== digestOf(plan)) throw new Broken('entry-changed', lineAt(line));
  }
  let before = asked;
  for (const line of plans) {
    if (!mayFollow(line, before)) throw new Broken('entry-changed', lineAt(line.line));
    before = line.plan.items;
  }
}

/** Only a person narrows; what is left lies in what was there. */
function mayFollow({ event, by, plan: { items } }: PlanLine, before: readonly Item[]): boolean {
  if (event !== 'plan-narrowed') return sameJson(asJson(items), asJson(before));
  const liesIn = (item: Item): boolean =>
    before.some((wider) => item.camera === wider.camera && item.basis === wider.basis && wider.from <= item.from && item.to <= wider.to);
  return by !== 'gate' && items.every((item) => item.from < item.to && liesIn(item));
}

/** What these entries sealed of it: the only package, or this one of two. */
export const sealOf = ({ part }: Manifest, { sealed, originals }: History): Seal | null => (part === 'originals' ? originals : sealed);

/** Throws Broken `manifest-changed`: not the manifest that these entries sealed, of another request or plan, or one package where two were to be. */
export function checkSeal(manifest: Manifest, sha256Hex: string, history: History): void {
  const { requestId, policy, plan, part } = manifest;
  const { lines, plans } = history;
  const held = plans.at(-1);
  if (sealOf(manifest, history)?.manifest !== sha256Hex) throw new Broken('manifest-changed', 'manifest.json');
  if (lines[0]?.requestId !== requestId) throw changedMember('requestId');
  if (held?.planDigest !== policy.planDigest) throw changedMember('policy/planDigest');
  if (!sameJson(held.plan, plan)) throw changedMember('plan');
  const areTwo = plan['deliver'] === 'package' && plan['original'] !== 'with';
  if (areTwo !== (part !== undefined) || areTwo !== (history.originals !== null)) throw changedMember('part');
  if (manifest.originals !== (part === 'copies' ? history.originals?.manifest : undefined)) throw changedMember('originals');
}

/** Throws Broken `manifest-changed`: more, or other, than was granted. */
export function checkScope({ plan, part, narrowed, cameras, files }: Manifest, { asked }: History): void {
  const granted = plan['items'] as unknown as Item[];
  const isAll = sameJson(asJson(granted), asJson(asked));
  const isTold = narrowed && sameJson(narrowed.asked, asJson(asked)) && sameJson(narrowed.granted, asJson(granted));
  if (isAll ? narrowed : !isTold) throw changedMember('narrowed');
  if (isAll) {
    const isCopy = (role: string): boolean => (plan['deliver'] === 'copy' || part === 'copies') && (role === 'viewing' || role === 'masked');
    const excerpt = files.findIndex(({ role, sealedParent }) => role === 'excerpt' || (sealedParent !== undefined && !isCopy(role)));
    if (excerpt >= 0) throw changedMember(`files/${excerpt}`);
  }
  const left = new Set(granted.map(({ camera }) => camera));
  for (const [i, { camera, asked: told }] of cameras.entries()) {
    const items = told.map(({ basis, ...span }) => ({ camera, ...span, ...(basis === 'recorder' && { basis }) }));
    if (!left.delete(camera) || momentsOf(items, camera) !== momentsOf(granted, camera)) throw changedMember(`cameras/${i}`);
  }
  if (left.size > 0) throw changedMember('cameras');
  for (const [i, { path, role }] of files.entries()) {
    const [folder, camera] = path.split('/');
    const isGranted = granted.some((item) => item.camera === camera);
    const isCut = momentsOf(granted, camera!) !== momentsOf(asked, camera!);
    const isFitting = role === 'verifier' || role === 'document' || (isGranted && !(isCut && (folder === 'original' || role === 'original')));
    if (!isFitting) throw changedMember(`files/${i}`);
  }
}

/** Moments of a camera, each once, by either clock, as one text. */
function momentsOf(items: readonly Item[], camera: string): string {
  const merged: { from: string; to: string; basis: string }[] = [];
  const ours = items.filter((item) => item.camera === camera).map(({ from, to, basis = '' }) => ({ from, to, basis }));
  for (const next of ours.sort((a, b) => (`${a.basis} ${a.from}` < `${b.basis} ${b.from}` ? -1 : 1))) {
    const last = merged.at(-1);
    if (last?.basis !== next.basis || next.from > last.to) merged.push(next);
    else if (next.to > last.to) last.to = next.to;
  }
  return JSON.stringify(merged);
}

/** Throws Broken `manifest-changed`: it opens what these entries never committed to, or opens it wrongly. */
export function checkDisclosures({ disclosures }: Manifest, { commitments }: History): void {
  for (const [i, { commitment, field, value, salt }] of disclosures.entries()) {
    const saltBytes = Uint8Array.from(salt.match(/../g)!, (byte) => parseInt(byte, 16));
    const opened = `sha256:${hexOf(sha256(joinBytes(saltBytes, utf8(writeCanonical({ field, value })))))}`;
    if (!commitments.has(commitment) || opened !== commitment) throw changedMember(`disclosures/${i}`);
  }
}
