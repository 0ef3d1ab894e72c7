// Is what was delivered what the plan lets leave? Check 8 of docs/spec/package.md, "Verification".
import { Broken } from './broken.js';
import { hexOf, utf8 } from './bytes.js';
import { writeCanonical, type Json } from './canonical.js';
import type { History } from './history.js';
import type { Drawn, Manifest } from './manifest.js';
import { sha256 } from './sha256.js';

const wrongMember = (member: string): Broken => new Broken('manifest-changed', `manifest.json#/${member}`);

/** Throws Broken `manifest-changed`: an unmasked copy where masks were asked for, a picture beside the copies that alone may leave, or areas that nobody drew. */
export function checkDelivery({ plan, part, cameras, files }: Manifest, { drawings }: History): void {
  const wantsMasks = (plan['masks'] as Json[]).length > 0;
  const copiesAlone = plan['deliver'] === 'copy' || part === 'copies';
  for (const [i, { role, parent, sealedParent }] of files.entries()) {
    if (role === 'viewing' || role === 'masked') {
      if (part === 'originals') throw wrongMember(`files/${i}`);
      if ((role === 'masked') !== wantsMasks) throw wrongMember(`files/${i}`);
      if (copiesAlone && (parent !== undefined || sealedParent === undefined)) throw wrongMember(`files/${i}`);
    } else if (copiesAlone && (role === 'original' || role === 'excerpt' || role === 'units' || role === 'working')) throw wrongMember(`files/${i}`);
  }
  for (const [i, { camera, masks }] of cameras.entries()) {
    const drawn = masks?.drawn ?? null;
    if (drawn === null ? drawings.has(camera) : drawings.get(camera) !== drawn.sha256 || drawnDigest(camera, drawn) !== drawn.sha256) throw wrongMember(`cameras/${i}`);
    const hasCopies = files.some(({ role, path }) => role === 'masked' && path.split('/')[1] === camera);
    if (wantsMasks && drawn === null && hasCopies) throw wrongMember(`cameras/${i}`);
  }
}

/** What the papers name is what is listed: the sum of the list as sha256sum writes it, without the papers. Throws Broken `manifest-changed`. */
export function checkContents({ contents, files }: Manifest): void {
  const lines = files.filter(({ role }) => role !== 'document').map(({ path, sha256: sum }) => `${sum}  ${path}\n`);
  if (hexOf(sha256(utf8(lines.join('')))) !== contents.sha256) throw wrongMember('contents');
}

const drawnDigest = (camera: string, { areas, reason }: Drawn): string =>
  hexOf(sha256(utf8(writeCanonical({ version: 1, camera, areas, ...(reason !== undefined && { reason }) }))));
