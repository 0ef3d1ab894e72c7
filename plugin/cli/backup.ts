// exportgate backup-key | backup DEST | restore SRC: what lies elsewhere, and whether it comes back.
import { createHash } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import { clientOf, type Context, type Verb } from './context.js';
import type { Exit } from './outcome.js';
import { openNew } from './write-new.js';

export interface BackupReport {
  at: string;
  objects: number;
  bytes: number;
  copied: number;
  repaired: readonly string[];
  pruned: number;
  lost: readonly string[];
  damaged: readonly string[];
  keys: string;
  databaseBehind: boolean;
}
export interface RestoreReport {
  backup: string;
  at: string;
  origin: string;
  keyId: string;
  entries: number;
  packages: number;
  objects: number;
  destroyedKeys: readonly string[];
  objectsGone: number;
  erasedValues: number;
  unnamedGone: number;
  damaged: readonly string[];
  findings: readonly { what: string; why: string }[];
}

/** What the verbs need of the whole house. */
export interface Backups {
  makeKeys(): Promise<{ recipient: string; identity: string }>;
  backUp(context: Context, to: string, keysTo: string | null, options: { sameDisk: boolean; verify: boolean }): Promise<BackupReport>;
  /** A drill: into a folder that is gone afterwards, below `drillIn`; null: where the system puts such things. */
  restore(context: Context, from: string, keysFrom: string, identityFile: string, to: { folder: string } | { drillIn: string | null }): Promise<RestoreReport>;
}

export const makeBackupKey =
  (backups: Backups): Verb<{ out: string }> =>
  async (context, { out }) => {
    const place = await openNew(out);
    const { recipient, identity } = await backups.makeKeys();
    await place.write(identity);
    context.output.result({ recipient, identity: out }, [recipient, `私钥 ${out}:离线保管,勿留在本机 keep the identity off this machine`]);
    return 0;
  };

export const backUpGate =
  (backups: Backups): Verb<{ dest: string; keys?: string; sameDisk?: boolean; verify?: boolean }> =>
  async (context, { dest, keys, sameDisk = false, verify = false }): Promise<Exit> => {
    const report = await backups.backUp(context, dest, keys ?? null, { sameDisk, verify });
    context.output.result(report, [
      `已备份并校验 backed up and verified: ${report.objects} objects, ${report.bytes} bytes; 新增 new ${report.copied}; 已销毁而移除 destroyed ${report.pruned}`,
      ...report.repaired.map((object) => `REPAIRED ${object}: 备份中已损坏,已重新备份 it was damaged in the backup, and was taken anew`),
      `密钥副本 keys: ${report.keys}`,
      ...(report.databaseBehind ? ['BEHIND store.sqlite: 备份期间不断有新日志,数据库少于日志;其中个人信息须待下次备份 entries kept coming in: their personal values are in the next backup alone'] : []),
      ...report.lost.map((object) => `LOST ${object}: 备份中有而此处缺失 it is in the backup and not here, and nothing destroyed it`),
      ...report.damaged.map((object) => `DAMAGED ${object}: 对象损坏 it is not what was sealed`),
    ]);
    return exitOf(report.damaged, report.lost);
  };

/** All else is done; which of it could not be is told by name. */
const exitOf = (damaged: readonly unknown[], found: readonly unknown[]): Exit => (damaged.length > 0 ? 4 : found.length > 0 ? 1 : 0);

export const restoreGate =
  (backups: Backups): Verb<{ src: string; keys: string; identity: string; to?: string; drill?: boolean; in?: string; report?: string }> =>
  async (context, { src, keys, identity, to, drill, in: drillIn, report: file }): Promise<Exit> => {
    if ((to === undefined) !== (drill === true)) throw new Problem('config-invalid', 'Say where to, by --to, or that it is a drill, by --drill.');
    if (drillIn !== undefined && !drill) throw new Problem('config-invalid', '--in says where a drill takes place; --to where a backup is restored to.');
    const place = file === undefined ? null : await openNew(file);
    try {
      const report = await backups.restore(context, src, keys, identity, to === undefined ? { drillIn: drillIn ?? null } : { folder: to });
      const text = `${JSON.stringify(report)}\n`;
      await place?.write(text);
      const recorded = drill ? await record(context, report, createHash('sha256').update(text).digest('hex')) : null;
      context.output.result({ ...report, recorded }, linesOf(report, recorded, drill === true));
      return exitOf(report.damaged, report.findings);
    } catch (thrown) {
      await place?.drop();
      throw Problem.from(thrown);
    }
  };

/** In the journal of the running gate, where somebody is signed in who may; null: nobody is. */
async function record(context: Context, { backup, packages, destroyedKeys, findings }: RestoreReport, report: string): Promise<number | null> {
  const { EXPORTGATE_TOKEN: token, EXPORTGATE_USER: user } = context.env;
  if (!token && !user) return null;
  const data = { report, backup, packages, destroyed: destroyedKeys.length, findings: findings.length };
  return (await clientOf(context).post<{ entry: number }>('/api/v1/restore-drills', data)).entry;
}

const linesOf = (report: RestoreReport, recorded: number | null, isDrill: boolean): string[] => [
  `备份时间 backup of ${report.backup}; 签名公钥 signed by ${report.keyId}`,
  `日志 journal: ${report.entries} entries, 完整 intact`,
  `调取包 packages that verify: ${report.packages}; 对象 objects that open: ${report.objects}`,
  `已销毁 destroyed: ${report.destroyedKeys.length} keys; 其下 ${report.objectsGone} 个对象均不可恢复 none of the objects under them opens`,
  `已删除 erased: ${report.erasedValues} values; 无人引用而移除 ${report.unnamedGone} 个对象 objects that nothing names any more are gone`,
  ...report.findings.map(({ what, why }) => `FOUND ${what}: ${why}`),
  report.findings.length === 0 ? '无异常 nothing found' : `${report.findings.length} 项 findings`,
  ...(isDrill ? [recorded === null ? '未登录,未记入日志 not recorded: nobody is signed in' : `已记入日志 recorded as entry ${recorded}`] : []),
];
