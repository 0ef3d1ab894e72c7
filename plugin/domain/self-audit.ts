// What the gate finds about itself: questions, findings and the report, as they are signed (docs/spec/self-audit.md).
import type { Instant } from './span.js';

/** Finding → its question and its words. `what` of a finding says which one. */
export const auditFindings = {
  'journal-broken': { question: 'journal', zh: '日志文件与已签内容不符', en: 'the journal’s files are not what was signed' },
  'object-corrupt': { question: 'objects', zh: '封存对象缺失或损坏', en: 'a sealed object is missing or damaged' },
  'object-changed': { question: 'objects', zh: '封存对象与日志所记摘要不符', en: 'a sealed object is not what the journal’s digest says' },
  'list-unreadable': { question: 'objects', zh: '封存清单不可读,其所列对象无法核对', en: 'a sealed list cannot be read: what it names cannot be checked' },
  'clock-doubted': { question: 'clock', zh: '网关时钟存疑', en: 'the gate’s clock is in doubt' },
  'recorder-silent': { question: 'recorders', zh: '录像机未应答', en: 'a recorder does not answer' },
  'recorder-clock': { question: 'recorders', zh: '录像机时钟偏差过大', en: 'a recorder’s clock is far off' },
  'retention-short': { question: 'retention', zh: '录像机保存时间短于点位声明', en: 'a recorder keeps footage for less than its site declares' },
  'hold-unkept': { question: 'holds', zh: '录像机未再保留保全中的录像', en: 'a recorder does not keep footage that is on hold' },
  'key-invalid': { question: 'keys', zh: '密钥文件异常', en: 'a key file is not as it has to be' },
  'key-undestroyed': { question: 'keys', zh: '日志记为已销毁的密钥仍在', en: 'a key is there that the journal says is destroyed' },
  'key-copy-behind': { question: 'keys', zh: '密钥副本未能更新,已销毁的密钥可能仍在其中', en: 'the copy of the keys could not be written: it may hold what is destroyed' },
  'disk-low': { question: 'disk', zh: '磁盘余量低于预留', en: 'less of the disk is free than the reserve' },
  'open-to-others': { question: 'permissions', zh: '文件或目录可被他人使用', en: 'a file or folder is open to others' },
  overdue: { question: 'duties', zh: '逾期未办', en: 'somebody’s duty is overdue' },
  unanswered: { question: 'self', zh: '该项自检未能完成', en: 'a question could not be answered' },
} as const satisfies Record<string, { question: string; zh: string; en: string }>;

export type AuditCode = keyof typeof auditFindings;
export type AuditQuestion = Exclude<(typeof auditFindings)[AuditCode]['question'], 'self'>;

export interface AuditFinding {
  code: AuditCode;
  /** `entry 17`, an object’s id, `nvr-1: 45000 ms`, a path below the folder, `deadline EG-…`; no person, no reason. */
  what: string;
}

export interface AuditReport {
  v: 1;
  startedAt: Instant;
  finishedAt: Instant;
  /** Version of the gate, and of the policy in force. */
  gate: string;
  policyVersion: string;
  journal: { origin: string; size: number; root: string | null };
  /** How many things each question looked at. */
  looked: Record<AuditQuestion, number>;
  /** Camera → the first footage that its recorder said it holds, when it was asked last: the next audit compares. */
  firstFootage: Readonly<Record<string, Instant>>;
  /** At most `mostFindings`; `more` that are not listed. */
  findings: readonly AuditFinding[];
  more: number;
}

export const mostFindings = 1_000;
/** DSSE payload type of a signed report. */
export const auditPayloadType = 'application/vnd.exportgate.self-audit+json; version=1';
