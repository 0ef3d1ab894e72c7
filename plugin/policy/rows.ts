// The rows of the tier files: each cell held against its closed list, every fault at once. casbin itself accepts short lines, reads
// a missing effect as allow and does not deny on `Deny`: nothing reaches it that has not passed here.
import { bases, type Basis } from '../domain/basis.js';
import { acts, facts, type Act, type Fact, type MatchedRow } from '../domain/decision.js';
import type { Duty } from '../domain/duty.js';
import { managerStep, privacyStep } from '../domain/plan.js';
import type { Fault } from '../domain/problem.js';
import type { RoleName } from '../domain/subject.js';
import { cellsByField, hasFields, readLines, type Cell, type Line } from './csv.js';
import type { Pace } from './pace.js';
import { isRoleName, roleFault } from './people.js';
import { readDuty } from './strictest.js';
import { add } from './faults.js';

export interface PolicyRow extends MatchedRow {
  role: RoleName;
  /** `tier-1` … in the tier files, `<city>` or `<city>/<site>` in that city's, `*` in gate.csv. */
  place: string;
  /** `camera:x`, `camera:*`, `group:x`, `request:*`, `journal:*`, `policy:*`, `account:*`, `*`. */
  object: string;
  act: Act;
  basis: Basis | 'ordinary' | '-';
  when: Fact | '*';
}

/** The files of rows that every policy has, and where each one's rows stand. */
export const rowFiles = { 'tier-1.csv': 'tier-1', 'tier-2.csv': 'tier-2', 'tier-3.csv': 'tier-3', 'gate.csv': '*' } as const;

/** What a row may name. */
interface Known {
  /** Held by somebody, or filling a step. */
  roles: ReadonlySet<string>;
  /** Places around a camera. In a tier or city that has none yet, nobody need hold the roles that its rows name. */
  awake: ReadonlySet<string>;
  cameras: ReadonlySet<string>;
  groups: ReadonlySet<string>;
  steps: ReadonlySet<string>;
}

const fields = ['p', 'role', 'place', 'object', 'act', 'basis', 'when', 'effect', 'duties'] as const;
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

/** Acts that no site narrows: whoever does them holds the role everywhere. */
export const concernsWholeGate = (act: Act): boolean => act === 'manage' || act === 'edit-policy';

/**
 * `places`: the words that may stand in the file's place column. `leftOut` gets the role of each line that is not among the rows, or `*`
 * where it cannot be told: what other rows of that role are worth together is then not known.
 */
export async function readRows(
  file: string,
  text: string,
  places: readonly string[],
  known: Known,
  faults: Fault[],
  leftOut: Set<string>,
  pace: Pace,
): Promise<PolicyRow[]> {
  const read = await readLines(file, text, pace);
  add(faults, read.faults);
  if (read.faults.length > 0) leftOut.add('*');
  const rows: PolicyRow[] = [];
  for (const line of read.lines) {
    if (pace.isDue()) await pace.rest();
    const row = readRow(line, places, known, faults);
    if (row) rows.push(row);
    else leftOut.add(line.cells[1]?.text ?? '*');
  }
  return rows;
}

function readRow(line: Line, places: readonly string[], known: Known, faults: Fault[]): PolicyRow | null {
  if (!hasFields(line, fields, faults)) return null;
  const cells = cellsByField(line, fields);
  const found = [...judgeWords(places, cells, known), ...judgeObject(cells, known), ...judgeFit(cells)];
  const duties = readDuties(cells, known, found);
  faults.push(...found);
  if (found.length > 0) return null;
  return Object.freeze({
    source: line.source,
    text: line.cells.map((cell) => cell.text.replace(/\s+/g, ' ')).join(', '),
    duties: Object.freeze(duties),
    role: cells.role.text as RoleName,
    place: cells.place.text,
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

function judgeWords(places: readonly string[], cells: Cells, known: Known): Fault[] {
  return [
    ...judgeWord('line-unknown', cells.p, ['p']),
    ...judgeRole(cells, places, known),
    ...judgeWord('place-unknown', cells.place, places),
    ...judgeWord('act-unknown', cells.act, acts),
    ...judgeWord('basis-unknown', cells.basis, ['-', 'ordinary', ...bases]),
    ...judgeWord('when-unknown', cells.when, ['*', ...facts]),
    ...judgeWord('effect-unknown', cells.effect, ['allow', 'deny']),
  ];
}

function judgeRole({ role, place }: Cells, places: readonly string[], { roles, awake }: Known): Fault[] {
  if (!isRoleName(role.text)) return [roleFault(role)];
  const isAsleep = places.includes(place.text) && !awake.has(place.text);
  return isAsleep ? [] : judgeWord('role-unknown', role, [...roles].sort());
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
function judgeFit({ act, object, basis, when, duties, effect, place }: Cells): Fault[] {
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
  if (wanted && basis.text !== '-')
    faults.push({
      code: 'basis-unknown',
      where: basis.where,
      detail: `The act ${act.text} is asked without a legal basis, so this row would never match; write -.`,
    });
  if (concernsWholeGate(act.text as Act) && place.text !== '*')
    faults.push({
      code: 'place-unknown',
      where: place.where,
      detail: `The act ${act.text} concerns the whole gate; its rows stand in gate.csv with the place *.`,
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
  if (place.text === '*' && !wanted)
    faults.push({
      code: 'act-unknown',
      where: act.where,
      detail: `Rows for everywhere are for acts on the gate itself; ${act.text} belongs in a tier file.`,
    });
  return faults;
}

function readDuties({ duties: cell }: Cells, { steps }: Known, faults: Fault[]): Duty[] {
  if (cell.text === '-') return [];
  const read: Duty[] = [];
  for (const { 0: word, index } of cell.text.matchAll(/\S+/g)) {
    const where = inside(cell, index);
    const duty = readDuty(word);
    if ('wanted' in duty) {
      faults.push({ code: 'duty-unknown', where, detail: `“${word}” is no duty; right would be ${duty.wanted}.` });
      continue;
    }
    if (read.some((other) => other.kind === duty.kind))
      faults.push({ code: 'duty-twice', where, detail: `The duty ${duty.kind} stands twice in one row; write it once.` });
    for (const step of stepsIn(duty).filter((name) => !steps.has(name)))
      faults.push({ code: 'step-unknown', where, detail: `“${step}” is no step of steps.csv: ${[...steps].join(', ')}.` });
    read.push(Object.freeze(duty));
  }
  return read;
}

/** Steps that a duty names. */
function stepsIn(duty: Duty): readonly string[] {
  if (duty.kind === 'approve' || duty.kind === 'inspect') return duty.steps;
  if (duty.kind === 'execute') return duty.by === 'dual-not-manager' ? [managerStep] : [];
  return duty.kind === 'privacy-review' ? [privacyStep] : [];
}

/** `tier-1.csv:7:70` and the 16th character of the cell → `tier-1.csv:7:86`. */
const inside = ({ where }: Cell, index: number): string => where.replace(/\d+$/, (column) => String(Number(column) + index));
