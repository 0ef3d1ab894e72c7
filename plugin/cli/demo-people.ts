// The demo's people, all invented. What each may do stands in policies/roles.csv.
import type { UserId } from '../domain/subject.js';

export interface Person {
  user: UserId;
  name: string;
  unit: string;
  what: string;
}

const site = '云帆广场(示例) 监控中心';
const police = '示例市公安局 云帆分局 刑侦支队';

export const people = {
  admin: { user: 'user:root.luo', name: '罗启明', unit: site, what: '管理员 administrator' },
  deputy: { user: 'user:root.bai', name: '白若谷', unit: site, what: '第二名管理员 second administrator: two change the policy' },
  officer: { user: 'user:sh.lu', name: '陆一舟', unit: police, what: '侦查员 investigator, applies' },
  clerk: { user: 'user:sh.zhou', name: '周静安', unit: site, what: '核验 evidence clerk, step 1' },
  manager: { user: 'user:sh.qian', name: '钱守正', unit: site, what: '安保负责人 site security manager, step 2' },
  privacy: { user: 'user:sh.gu', name: '顾怀瑾', unit: site, what: '隐私审查 privacy officer, step 3' },
  head: { user: 'user:sh.shen', name: '沈知远', unit: site, what: '单位负责人 unit head, step 4' },
  executor: { user: 'user:sh.wei', name: '魏长风', unit: site, what: '执行人 executor, asks for the release' },
  second: { user: 'user:sh.jin', name: '金听澜', unit: site, what: '执行人 executor, confirms it' },
  auditor: { user: 'user:audit.he', name: '何观海', unit: '示例集团 审计部', what: '审计 auditor' },
} as const satisfies Record<string, Person>;

/** Who agrees, in the order of the steps. */
export const approvers = [people.clerk, people.manager, people.privacy, people.head] as const;

export const secondOfficer = { name: '江映川', unit: police, idKind: 'POLICE', idNumber: '示例-000002' } as const;
