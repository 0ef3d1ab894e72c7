// What roles are called; one that this table does not know is called as the policy calls it.
import type { Word } from './language.js';

const known: Record<string, Word> = {
  administrator: ['管理员', 'Administrator'],
  auditor: ['审计', 'Auditor'],
  'police.investigator': ['刑事侦查员', 'Investigator'],
  'police.public-order': ['治安民警', 'Public-order officer'],
  'evidence-clerk': ['核验员', 'Evidence clerk'],
  'site-security-manager': ['现场安全负责人', 'Site security manager'],
  'privacy-officer': ['隐私审查员', 'Privacy officer'],
  'unit-head': ['单位负责人', 'Head of the unit'],
  'duty-manager': ['值班负责人', 'Duty manager'],
  'executor.department': ['执行人', 'Executor'],
  'executor.city': ['执行人（市级）', 'Executor (city)'],
  'executor.site': ['执行人（点位）', 'Executor (site)'],
  reception: ['接待', 'Reception'],
  'security-staff': ['安保人员', 'Security staff'],
  court: ['法院', 'Court'],
  procuratorate: ['检察院', 'Procuratorate'],
};

/** `role:privacy-officer`. */
export function roleWord(role: string): Word {
  const name = role.replace(/^role:/, '');
  return known[name] ?? [name, name];
}
