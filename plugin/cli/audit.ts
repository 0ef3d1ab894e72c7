// exportgate audit list | run | show: what the gate found about itself.
import { Problem } from '../domain/problem.js';
import { auditFindings, type AuditReport } from '../domain/self-audit.js';
import { clientOf, type Verb } from './context.js';
import { openNew } from './write-new.js';

interface Summary {
  id: string;
  by: string;
  finishedAt: string;
  entry: number;
  sha256: string;
  findings: number;
}

export const listAudits: Verb<object> = async (context) => {
  const found = await clientOf(context).get<{ running: boolean; audits: Summary[] }>('/api/v1/audits');
  const lines = found.audits.map(({ id, by, findings, entry }) => `${id}  ${findings === 0 ? '无异常 nothing found' : `${findings} 项 findings`}  ${by}  entry ${entry}`);
  context.output.result(found, [...(found.running ? ['自检进行中 one is under way'] : []), ...(lines.length > 0 ? lines : ['尚无自检 there is none yet'])]);
  return 0;
};

export const runAudit: Verb<object> = async (context) => {
  const begun = await clientOf(context).post<{ running: boolean }>('/api/v1/audits', {});
  context.output.result(begun, ['自检已开始,完成后见 audit list · a self-audit has begun; audit list has it when it is over']);
  return 0;
};

/** Ends 1 where something was found. */
export const showAudit: Verb<{ id: string; out?: string }> = async (context, { id, out }) => {
  const place = out === undefined ? null : await openNew(out);
  try {
    const found = await clientOf(context).get<Summary & { report: AuditReport; envelope: string }>(`/api/v1/audits/${encodeURIComponent(id)}`);
    await place?.write(found.envelope);
    context.output.result(found, linesOf(found.report));
    return found.findings === 0 ? 0 : 1;
  } catch (thrown) {
    await place?.drop();
    throw Problem.from(thrown);
  }
};

const linesOf = ({ startedAt, finishedAt, looked, findings, more }: AuditReport): string[] => [
  `${startedAt} – ${finishedAt}`,
  Object.entries(looked)
    .map(([question, things]) => `${question} ${things}`)
    .join(' · '),
  ...findings.map(({ code, what }) => `FOUND ${code}  ${what}: ${auditFindings[code].zh} ${auditFindings[code].en}`),
  ...(more > 0 ? [`另有 and ${more} more`] : []),
  findings.length + more === 0 ? '无异常 nothing found' : `${findings.length + more} 项 findings`,
];
