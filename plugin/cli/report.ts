// exportgate report approvals: where the time of approvals goes, and what is overdue.
import type { ApprovalsReport } from '../export/reports.js';
import { padTo } from './console.js';
import { clientOf, type Verb } from './context.js';

export const reportApprovals: Verb<{ site?: string; month: string }> = async (context, { site, month }) => {
  const asked = new URLSearchParams({ month, ...(site !== undefined && { site }) });
  const report = await clientOf(context).get<ApprovalsReport>(`/api/v1/reports/approvals?${asked.toString()}`);
  context.output.result(report, lines(report));
  return 0;
};

const lines = ({ site, month, steps, idle, returns, applications, overdue }: ApprovalsReport): string[] => [
  `审批效率 approvals of ${site ?? 'all sites'}, ${month}`,
  ...steps.map(
    ({ step, voices, byStandIns, returned, narrowed, hours }) =>
      `  ${padTo(step, 24)} 同意 agreed ${voices}${byStandIns > 0 ? ` (代 stand-ins ${byStandIns})` : ''}, 退回 returned ${returned}, 缩小 narrowed ${narrowed}${hours ? `, 中位 median ${hours.median} h, p90 ${hours.p90} h` : ''}`,
  ),
  ...(idle.length > 0 ? [`本月未退回亦未缩小 returned and narrowed nothing: ${idle.join(', ')}`] : []),
  ...returns.map(({ code, byGate, bySteps }) => `退回 returned ${padTo(code, 24)} 网关 by the gate ${byGate}, 步骤 by steps ${bySteps}`),
  ...applications.map(
    ({ basis, city, applied, denied, returned, granted, released }) =>
      `${city} ${padTo(basis, 20)} 申请 applied ${applied}, 拒绝 denied ${denied}, 退回 returned ${returned}, 批准 granted ${granted}, 放行 released ${released}`,
  ),
  ...overdue.map(({ kind, requestId, dueAt }) => `超时 overdue ${padTo(kind, 10)} ${requestId} since ${dueAt}`),
];
