// exportgate install SYSTEM: puts the gate in front of a video system on that system's own machine, proves each step, and takes all of it back
// with --undo.
import type { Installation, InstallReport, InstallStep, Machine, StepVerdict } from '../domain/install.js';
import { Problem } from '../domain/problem.js';
import { padTo } from './console.js';
import type { Verb } from './context.js';

export interface InstallOptions {
  system: string;
  undo?: boolean;
  dryRun?: boolean;
  recorder?: string;
  webServer?: string;
  state: string;
}

/** Problem `config-invalid`: no such recorder, or none that can be installed in front of. */
export type Installations = (
  config: string,
  asked: { system: string; recorder: string | null; webServer: string | null },
  machine: Machine,
) => Promise<{ recorder: string; installation: Installation }>;

const verdicts: Readonly<Record<StepVerdict, string>> = {
  done: 'done 已完成',
  already: 'already 无需改动',
  would: 'would 将改动',
  failed: 'FAILED 失败',
  left: 'LEFT 待人工',
  undone: 'undone 已恢复',
  foreign: 'KEPT 他人已改',
};

export const installSystem =
  (installations: Installations, machine: (state: string) => Machine): Verb<InstallOptions> =>
  async ({ output, config }, { system, undo = false, dryRun = false, recorder = null, webServer = null, state }) => {
    // ZoneMinder's configuration, Apache's and the database are root's; without it every step would fail on its own.
    if (process.getuid?.() !== 0)
      throw new Problem('config-invalid', 'An installation changes files of the system; right is to run it as root.');
    const { recorder: id, installation } = await installations(config, { system, recorder, webServer }, machine(state));
    const report = await (undo ? installation.undo(dryRun) : installation.install(dryRun));
    output.result({ system, recorder: id, undo, dryRun, ...report }, linesOf(report, { undo, dryRun, state }));
    return report.ok ? 0 : 1;
  };

type Asked = { undo: boolean; dryRun: boolean; state: string };

function linesOf(report: InstallReport, asked: Asked): string[] {
  const { steps, advice } = report;
  return [
    ...steps.flatMap(stepLines),
    ...(advice.length > 0 ? ['', '仍须人工处理 What a person has to look at:'] : []),
    ...advice.map(({ what, zh, en }) => `  ! ${what}: ${zh} ${en}`),
    '',
    endOf(report, asked),
  ];
}

function endOf({ ok, steps }: InstallReport, { undo, dryRun, state }: Asked): string {
  if (undo && steps.length === 0)
    return `${state} 中没有安装记录,未作改动;记录若在别处,请用 --state 指明 no record of an installation lies in ${state}, and nothing was changed; where it lies elsewhere, name it with --state`;
  if (dryRun) return '试运行,未作改动 nothing was changed: this was a dry run';
  if (undo)
    return ok
      ? '已全部恢复原状 everything is as it was before'
      : `部分未恢复,见上 not everything could be given back, see above; the record stays in ${state}`;
  return ok
    ? `网关已在前面,改动记录在 the gate is in front; what was changed is written down in ${state}`
    : `未完成,见上;可再次运行,或用 --undo 恢复 not finished, see above: run it again, or take it back with --undo (${state})`;
}

const stepLines = ({ step, zh, en, verdict, detail, changes, proofs }: InstallStep): string[] => [
  `${padTo(verdicts[verdict], 18)}${step}  ${zh} ${en}${detail && `: ${detail}`}`,
  ...changes.map((line) => `    ${line}`),
  ...proofs.map(({ what, before, after }) => `    ${what}: ${before}${after === null ? '' : ` → ${after}`}`),
];
