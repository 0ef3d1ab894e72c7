// How a verb ends: 0 yes, 1 no, 2 wrong usage or configuration, 3 upstream failed, 4 done but for objects that are damaged. The same Problem that REST answers, as a sentence.
import { type Fault, type Problem, type ProblemCode } from '../domain/problem.js';
import { plainLine } from './console.js';

export type Exit = 0 | 1 | 2 | 3 | 4;

/** What the caller wrote or set up wrongly: no answer of anybody's, so never a 1, which scripts read as a no. */
const usage: readonly ProblemCode[] = [
  'config-invalid',
  'policy-invalid',
  'policy-refused',
  'key-invalid',
  'ffmpeg-missing',
  'token-missing',
  'token-invalid',
  'login-failed',
  'not-found',
  'body-malformed',
  'body-too-large',
  'path-ambiguous',
  'method-unknown',
];

export function exitOf(problem: Problem): Exit {
  if (usage.includes(problem.code)) return 2;
  return problem.status >= 500 ? 3 : 1;
}

/** What to do next, where there is something to do. */
const hints: Partial<Record<ProblemCode, string>> = {
  'token-missing': 'set EXPORTGATE_USER and EXPORTGATE_PASSWORD, or EXPORTGATE_TOKEN',
  'login-failed': 'check EXPORTGATE_USER and EXPORTGATE_PASSWORD; with a second factor also --otp CODE, or EXPORTGATE_TOTP_FILE',
  'policy-invalid': 'exportgate check --policies DIR',
  'journal-locked': 'stop the other exportgate process, or ask it: exportgate --gate URL …',
  'vms-unreachable': 'exportgate doctor --config FILE',
  'ffmpeg-missing': 'install ffmpeg (Debian: apt-get install ffmpeg) or set ffmpeg.path',
};

/** `tier-1.csv:7:4: role-unknown 角色不存在: …`: where, what, and what would be right. */
export const faultLine = ({ where, code, zh, detail }: Fault): string => `${where}: ${code}${zh ? ` ${zh}` : ''}: ${detail}`;

export function sentence(problem: Problem): string {
  const faults = (problem.faults ?? []).map((fault) => `  ${faultLine(fault)}`);
  const reasons = problem.reasons?.length ? [`  reasons: ${problem.reasons.join(', ')}`] : [];
  // The command line's own mistakes are config-invalid too; `check` helps only where there are faults of a file.
  const hint = problem.code === 'config-invalid' ? problem.faults && 'exportgate check --config FILE' : hints[problem.code];
  return [`${problem.code}: ${problem.detail}`, ...reasons, ...faults, ...(hint ? [`Try: ${hint}`] : [])].map(plainLine).join('\n');
}
