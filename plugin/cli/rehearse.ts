// exportgate rehearse DIR --since DATE: what edited files would have changed, and for whom. The running gate decides; nothing is recorded.
import type { Rehearsal } from '../export/rehearse.js';
import { Problem, type Fault } from '../domain/problem.js';
import { readFolder } from '../policy/folder.js';
import { clientOf, type Verb } from './context.js';

export const rehearseFolder: Verb<{ dir: string; since: string }> = async (context, { dir, since }) => {
  // A day is a day in the time of the papers.
  const from = /^\d{4}-\d\d-\d\d$/.test(since) ? `${since}T00:00:00+08:00` : since;
  if (Number.isNaN(Date.parse(from)) || !/[Z+]|-\d\d:\d\d$/.test(from.slice(10)))
    throw new Problem('config-invalid', `--since wants a day such as 2026-01-31, or an instant with its zone, not “${since}”.`);
  const faults: Fault[] = [];
  const files = await readFolder(dir, faults);
  if (!files) throw new Problem('policy-invalid', `The folder has ${faults.length} fault(s).`, { faults });
  const found = await clientOf(context).post<Rehearsal & { version: string }>('/api/v1/policy/rehearsals', { since: from, files });
  context.output.result(found, [`${found.version}`, ...lines(found)]);
  return 0;
};

export function lines({ since, decided, erased, changes, changesInAll, roles }: Rehearsal): string[] {
  const more = (listed: number, all: number): string[] => (all > listed ? [`  … and ${all - listed} more`] : []);
  return [
    `  试算 rehearsed: ${decided} request(s) since ${since}${erased > 0 ? `, ${erased} more were erased` : ''}; ${changesInAll} would end otherwise`,
    ...changes.map(
      ({ requestId, applicant, state, shift, gone, new: come, then, codes }) =>
        `  ${requestId}  ${shift}  ${applicant} (${state}${then ? `, then ${[then, ...codes].join(' ')}` : ''}): ${[...gone.map((word) => `-${word}`), ...come.map((word) => `+${word}`)].join(' ')}`,
    ),
    ...more(changes.length, changesInAll),
    ...roles.gained.map((word) => `  gains 获得: ${word}`),
    ...more(roles.gained.length, roles.gainedInAll),
    ...roles.lost.map((word) => `  loses 失去: ${word}`),
    ...more(roles.lost.length, roles.lostInAll),
  ];
}
