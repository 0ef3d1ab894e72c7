// exportgate find: years later, what was delivered to whom; and request certificate: what was destroyed.
import type { TransferEnd } from '../domain/audit-event.js';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';

interface Found {
  requestId: string;
  state: string;
  unit: string;
  applicant: string;
  caseNumber: string | null;
  manifestSha256: string | null;
  released: { at: string; executors: string[] } | null;
  deliveries: {
    entry: number;
    at: string;
    event: string;
    to: string;
    part?: PackagePart;
    ended?: { why: TransferEnd } | null;
    receipt?: { outcome: 'confirmed' | 'refused' } | null;
    handovers?: { serial: string; bag: string; signatures: { by: string }[] }[];
  }[];
  destroyed: { at: string; by: string[] } | null;
  foundDestroyedAt: string | null;
  matched: { path: string; packages: PackagePart[]; delivered: boolean; destroyed: boolean }[];
}

export const findDeliveries: Verb<{ hash?: string; id?: string; case?: string }> = async (context, sought) => {
  const given = (['hash', 'id', 'case'] as const).filter((name) => sought[name] !== undefined);
  if (given.length !== 1) throw new Problem('config-invalid', 'Say one of --hash, --id, --case.');
  const name = given[0]!;
  const found = await clientOf(context).get<{ deliveries: Found[]; unread: { requestId: string; lists: string[] }[]; isCut: boolean }>(`/api/v1/deliveries?${name}=${encodeURIComponent(sought[name]!)}`);
  context.output.result(found, [
    ...(found.deliveries.length > 0 ? found.deliveries.flatMap(linesOf) : ['未查到 nothing was found']),
    ...(found.isCut ? ['还有更多,未列出 there are more than these'] : []),
    ...(found.deliveries.length === 0 && sought.hash ? ['哈希应为 manifest.json、包内任一文件或纸面所载内容摘要的值,不是压缩包本身的 the hash is of manifest.json, of a file in the package, or of the contents as papers state it, not of the archive'] : []),
    ...found.unread.map(({ requestId, lists }) => `${requestId}  ${lists.length} 份清单无法读取,所列文件未能比对 lists that cannot be read: what they name was not compared`),
  ]);
  return found.deliveries.length > 0 ? 0 : 1;
};

const linesOf = (it: Found): string[] => [
  `${it.requestId}  ${it.state}  ${it.unit}  ${it.applicant}  ${it.caseNumber ?? ''}`.trimEnd(),
  ...(it.manifestSha256 ? [`  manifest ${it.manifestSha256}`] : []),
  ...it.matched.map(({ path, delivered, destroyed }) => `  ${path}  ${delivered ? '已交付 delivered' : '未交付 not delivered'}  ${destroyed ? '已销毁 destroyed' : '在库 kept'}`),
  ...(it.released ? [`  已放行 released ${it.released.at} ${it.released.executors.join(', ')}`] : []),
  ...it.deliveries.flatMap(({ entry, at, event, to, part, ended, receipt, handovers = [] }) => [
    `  ${[at, event, part, to, `entry ${entry}`, ended?.why, receipt?.outcome].filter(Boolean).join('  ')}`,
    ...handovers.map(({ serial, bag, signatures }) => `    介质 medium ${serial}  封袋 bag ${bag}  签收 signed ${signatures.map(({ by }) => by).join(', ') || '—'}`),
  ]),
  ...(it.foundDestroyedAt ? [`  已销毁(恢复后补记) destroyed, as was found after a restore, ${it.foundDestroyedAt}`] : []),
  ...(it.destroyed ? [`  已销毁 destroyed ${it.destroyed.at} ${it.destroyed.by.join(', ')}`] : []),
];

interface Certificate {
  requestId: string;
  copies: { at: string; entry: number; files: object[] } | null;
  original: { at: string; entry: number; askedBy: string; confirmedBy: string; files: object[] } | null;
  expired: { at: string; entry: number; bytes: number; why: string } | null;
}

export const showCertificate: Verb<{ id: string }> = async (context, { id }) => {
  const found = await clientOf(context).get<Certificate>(`/api/v1/requests/${encodeURIComponent(id)}/destruction`);
  const { copies, original, expired } = found;
  context.output.result(found, [
    ...(copies ? [`导出副本 copies: ${copies.files.length} files, ${copies.at}, entry ${copies.entry}`] : []),
    ...(original ? [`封存原件 original: ${original.files.length} files, ${original.at}, 销毁人 ${original.askedBy}, 监销人 ${original.confirmedBy}, entry ${original.entry}`] : []),
    ...(expired ? [`封存原件 original: 到期自动销毁 expired (${expired.why}), ${expired.bytes} bytes, ${expired.at}, entry ${expired.entry}; 文件未逐一列明 its files are not listed`] : []),
  ]);
  return 0;
};
