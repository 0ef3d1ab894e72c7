// The rows of the tier files: each cell held against its closed list, every fault at once. casbin itself accepts short lines, reads
// a missing effect as allow and does not deny on `Deny`: nothing reaches it that has not passed here.
import { bases, type Basis } from '../domain/basis.js';
import { acts, facts, type Act, type Fact, type MatchedRow } from '../domain/decision.js';
import type { Duty } from '../domain/duty.js';
import type { Fault } from '../domain/problem.js';
import type { RoleName } from '../domain/subject.js';
import { hasFields, readLines, type Cell, type Line } from './csv.js';
import { isRoleName, roleFault } from './people.js';
import { readDuty } from './strictest.js';

export interface PolicyRow extends MatchedRow {
  role: RoleName;
  /** `*` in gate.csv only. */
  tier: 'tier-1' | 'tier-2' | 'tier-3' | '*';
  /** `camera:x`, `camera:*`, `group:x`, `request:*`, `journal:*`, `policy:*`, `account:*`, `*`. */
  object: string;
  act: Act;
  basis: Basis | 'ordinary' | '-';
  when: Fact | '*';
}

/** The files of rows, and the tier that each holds. */
export const rowFiles = { 'tier-1.csv': 'tier-1', 'tier-2.csv': 'tier-2', 'tier-3.csv': 'tier-3', 'gate.csv': '*' } as const;
export type RowFile = keyof typeof rowFiles;

/** What a row may name. */
interface Known {
  /** Held by somebody, or filling a step. */
  roles: ReadonlySet<string>;
  cameras: ReadonlySet<string>;
  groups: ReadonlySet<string>;
  steps: ReadonlySet<string>;
}

const fields = ['p', 'role', 'tier', 'object', 'act', 'basis', 'when', 'effect', 'duties'] as const;
type Cells = Record<(typeof fields)[number], Cell>;

/** Acts on footage itself concern cameras; the others, these. */
export const objectOf: { [A in Act]?: string } = {
  inspect: 'request:*',
  review: 'request:*',
  execute: 'request:*',
  release: 'request:*',
  handover: 'request:*',
  destroy: 'request:*',
  'read-journal': 'journal:*',
  'edit-policy': 'policy:*',
  manage: 'account:*',
};
/** Acts that carry footage out under a legal basis. */
export const isExport = (act: Act): boolean => act === 'request' || act === 'export';

export function readRows(file: RowFile, text: string, known: Known, faults: Fault[]): PolicyRow[] {
  const read = readLines(file, text);
  faults.push(...read.faults);
  return read.lines.flatMap((line) => readRow(file, line, known, faults) ?? []);
}

function readRow(file: RowFile, line: Line, known: Known, faults: Fault[]): PolicyRow | null {
  if (!hasFields(line, fields, faults)) return null;
  const cells = Object.fromEntries(fields.map((field, index) => [field, line.cells[index]!])) as Cells;
  const found = [...judgeWords(file, cells, known), ...judgeObject(cells, known), ...judgeFit(cells)];
  const duties = readDuties(cells, known, found);
  faults.push(...found);
  if (found.length > 0) return null;
  return Object.freeze({
    source: line.source,
    text: line.cells.map((cell) => cell.text.replace(/\s+/g, ' ')).join(', '),
    duties: Object.freeze(duties),
    role: cells.role.text as RoleName,
    tier: rowFiles[file],
    object: cells.object.text,
    act: cells.act.text as Act,
    basis: cells.basis.text as PolicyRow['basis'],
    when: cells.when.text as PolicyRow['when'],
    effect: cells.effect.text as 'allow' | 'deny',
  });
}

/** One cell against its closed list. */
function judgeWord(code: string, { text, where }: Cell, list: readonly string[]): Fault[] {
  if (list.includes(text)) return [];
  return [{ code, where, detail: `“${text}” is not known here; right would be: ${list.join(', ')}.` }];
}

function judgeWords(file: RowFile, cells: Cells, known: Known): Fault[] {
  return [
    ...judgeWord('line-unknown', cells.p, ['p']),
    ...(isRoleName(cells.role.text) ? judgeWord('role-unknown', cells.role, [...known.roles].sort()) : [roleFault(cells.role)]),
    ...judgeWord('tier-unknown', cells.tier, [rowFiles[file]]),
    ...judgeWord('act-unknown', cells.act, acts),
    ...judgeWord('basis-unknown', cells.basis, ['-', 'ordinary', ...bases]),
    ...judgeWord('when-unknown', cells.when, ['*', ...facts]),
    ...judgeWord('effect-unknown', cells.effect, ['allow', 'deny']),
  ];
}

function judgeObject({ object: { text, where } }: Cells, { cameras, groups }: Known): Fault[] {
  const [kind, name] = text.split(':');
  if (text === '*' || text === 'camera:*' || Object.values(objectOf).includes(text)) return [];
  if (kind === 'camera' && cameras.has(name ?? '')) return [];
  if (groups.has(text)) return [];
  if (kind === 'camera')
    return [{ code: 'camera-unknown', where, detail: `“${text}” is no camera of cameras.csv; right would be camera:<id> or camera:*.` }];
  if (kind === 'group')
    return [{ code: 'group-unknown', where, detail: `“${text}” is not listed in groups.csv: ${[...groups].join(', ')}.` }];
  const right = ['camera:<id>', 'camera:*', 'group:<name>', ...new Set(Object.values(objectOf)), '*'];
  return [{ code: 'object-unknown', where, detail: `“${text}” is no object; right would be: ${right.join(', ')}.` }];
}

/** Cells that are good each and do not go together: such a row would never match, and nobody would notice. */
function judgeFit({ act, object, basis, when, duties, effect, tier }: Cells): Fault[] {
  if (!(acts as readonly string[]).includes(act.text)) return [];
  const wanted = objectOf[act.text as Act];
  const faults: Fault[] = [];
  const isFootage = /^(camera|group):/.test(object.text);
  if (object.text !== '*' && (wanted ? object.text !== wanted : !isFootage))
    faults.push({
      code: 'object-unknown',
      where: object.where,
      detail: `The act ${act.text} concerns ${wanted ?? 'camera:<id>, camera:* or group:<name>'} or *, not ${object.text}.`,
    });
  if (wanted && when.text !== '*')
    faults.push({
      code: 'when-unknown',
      where: when.where,
      detail: `Facts are those of footage asked for; for the act ${act.text} write *.`,
    });
  if (isExport(act.text as Act) && basis.text === '-')
    faults.push({
      code: 'basis-unknown',
      where: basis.where,
      detail: `The act ${act.text} needs a legal basis: ordinary, or one of ${bases.join(', ')}.`,
    });
  if (duties.text !== '-' && (effect.text === 'deny' || !isExport(act.text as Act)))
    faults.push({
      code: 'duty-unknown',
      where: duties.where,
      detail: 'Duties belong to rows that allow a request or an export; elsewhere write -.',
    });
  if (tier.text === '*' && !wanted)
    faults.push({
      code: 'act-unknown',
      where: act.where,
      detail: `Rows for every tier are for acts on the gate itself; ${act.text} belongs in a tier file.`,
    });
  return faults;
}

function readDuties({ duties: { text, where } }: Cells, { steps }: Known, faults: Fault[]): Duty[] {
  if (text === '-') return [];
  const read: Duty[] = [];
  for (const word of text.split(/\s+/)) {
    const duty = readDuty(word);
    if ('wanted' in duty) faults.push({ code: 'duty-unknown', where, detail: `“${word}” is no duty; right would be ${duty.wanted}.` });
    else if (read.some((other) => other.kind === duty.kind))
      faults.push({ code: 'duty-twice', where, detail: `The duty ${duty.kind} stands twice in one row; write it once.` });
    else read.push(Object.freeze(duty));
  }
  const asked = read.flatMap((duty) => (duty.kind === 'approve' ? duty.steps : []));
  for (const step of asked.filter((name) => !steps.has(name)))
    faults.push({ code: 'step-unknown', where, detail: `“${step}” is no step of steps.csv: ${[...steps].join(', ')}.` });
  return read;
}
