// Was as much delivered as was granted, and no more? A plan may grant less than the application asked for; what it leaves out is not here.
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { mergeSpans, type Span } from '../domain/span.js';
import { manifestPath } from './layout.js';
import type { Manifest } from './manifest-schema.js';
import { Broken } from './package-fault.js';
import { whereLine, type AskedItems, type History, type PlanLine } from './read-history.js';

type Items = Manifest['plan']['items'];

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
const differs = (member: string): Broken => new Broken('manifest-changed', `${manifestPath}#/${member}`);

/**
 * The first plan is about what was asked for; a stricter policy changes nothing of that; only a person narrows it, and what is left lies inside
 * what was there. Throws Broken `entry-changed`.
 */
export function checkItems({ asked, plans }: History): void {
  let before: AskedItems = asked;
  for (const line of plans) {
    if (!mayFollow(line, before)) throw new Broken('entry-changed', whereLine(line.line));
    before = line.plan.items;
  }
}

function mayFollow({ event, by, plan: { items } }: PlanLine, before: AskedItems): boolean {
  if (event !== 'plan-narrowed') return same(items, before);
  return by !== 'gate' && items.every((item) => item.from < item.to && before.some((wider) => isInside(item, wider)));
}

const isInside = (item: AskedItems[number], wider: AskedItems[number]): boolean =>
  item.camera === wider.camera && item.basis === wider.basis && wider.from <= item.from && item.to <= wider.to;

/**
 * The manifest holds the cameras and spans that were granted, and files of these cameras alone. Where less was granted than asked for it says so,
 * and there is no original of which a part was left out; where everything was granted there is no excerpt. Throws Broken `manifest-changed`.
 */
export function checkNarrowing({ plan, part, narrowed, cameras, files }: Manifest, { asked }: Pick<History, 'asked'>): void {
  const isAll = same(plan.items, asked);
  if (isAll ? narrowed : !narrowed || !same(narrowed.asked, asked) || !same(narrowed.granted, plan.items)) throw differs('narrowed');
  if (isAll) {
    // Copies name a parent that is not here where they leave alone, or apart from it (check-delivery.ts).
    const areAlone = plan.deliver === 'copy' || part === 'copies';
    const excerpt = files.findIndex(({ role, sealedParent }) => role === 'excerpt' || (sealedParent !== undefined && !(areAlone && isCopy(role))));
    if (excerpt >= 0) throw differs(`files/${excerpt}`);
  }
  checkCameras(cameras, plan.items);
  const cut = new Set(
    plan.items.map(({ camera }) => camera).filter((camera) => !same(timesOf(plan.items, camera), timesOf(asked, camera))),
  );
  const granted = new Set(plan.items.map(({ camera }) => camera));
  for (const [i, { path, role }] of files.entries()) {
    const [folder, camera] = path.split('/');
    // The schema lets no other file than verify.html, and those of documents/, bear these roles.
    const isFitting =
      role === 'verifier' || role === 'document' || (granted.has(camera!) && (!cut.has(camera!) || (folder !== 'original' && role !== 'original')));
    if (!isFitting) throw differs(`files/${i}`);
  }
}

const isCopy = (role: string): boolean => role === 'viewing' || role === 'masked';

/** Every granted camera once, with the spans that were granted. */
function checkCameras(cameras: Manifest['cameras'], items: Items): void {
  const granted = new Set(items.map(({ camera }) => camera));
  for (const [i, { camera, asked }] of cameras.entries()) {
    const told = asked.map(({ from, to, basis }) => (basis === 'recorder' ? { camera, from, to, basis } : { camera, from, to }));
    if (!granted.delete(camera) || !same(timesOf(told, camera), timesOf(items, camera))) throw differs(`cameras/${i}`);
  }
  if (granted.size > 0) throw differs('cameras');
}

/** Moments of a camera, each once, by either clock. */
function timesOf(items: AskedItems | Items, camera: string): { beijing: Span[]; recorder: Span[] } {
  const mine = items.filter((item) => item.camera === camera);
  const spans = (basis: 'recorder' | undefined): Span[] =>
    mergeSpans(mine.filter((item) => item.basis === basis).map(({ from, to }) => ({ from, to })));
  return { beijing: spans(undefined), recorder: spans('recorder') };
}
