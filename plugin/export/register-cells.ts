// The register as tables: one column for each field where a machine sorts them, fields that belong together in one column on paper.
import type { PlayForm, Viewing } from '../domain/audit-event.js';
import type { Policy } from '../policy/load.js';
import type { Table } from '../documents/table.js';
import { inBeijing } from './beijing.js';
import type { RegisterRow } from './register-row.js';
import {
  actionWords,
  custodyWords,
  glassWords,
  idWords,
  instrumentWords,
  playWords,
  purposeWords,
  resultWords,
  viewingWords,
} from './register-words.js';

type Say = (row: RegisterRow) => string;

/**
 * Between things of one kind in a cell; a line break there would be a second row to a careless reader. Threat: somebody types the sign in a
 * name, and one officer reads as two.
 */
const list = (texts: readonly string[]): string =>
  texts
    .filter(Boolean)
    .map((text) => text.replaceAll('；', ';'))
    .join('；');
const about = (text: string, more: string): string => (more ? `${text}(${more})` : text);

const content: Say = ({ items, about: what, action }) => {
  const cameras = items.map(({ camera, name, from, to }) =>
    [about(camera, name), from && to ? `${inBeijing(from)} 至 ${inBeijing(to)}` : ''].filter(Boolean).join(' '),
  );
  return list([...cameras, whatWords(action, what)]);
};

function whatWords(action: RegisterRow['action'], what: string): string {
  if (action === 'frame-inspected') return what === 'first' ? '首帧' : '末帧';
  if (action === 'copy-transferred' || action === 'footage-played') return playWords[what as PlayForm];
  return action === 'footage-viewed' ? viewingWords[what as Viewing] : what;
}

const person: Say = ({ person: { name }, enteredBy }) => about(name, enteredBy ? `录入:${enteredBy.name}` : '');
const unit: Say = (row) => row.person.unit;

const basisOf =
  ({ law }: Policy): Say =>
  ({ basis }) =>
    basis === null ? '' : about(law.bases[basis].zh, law.bases[basis].article);

const paper: Say = ({ instrument }) => (instrument === null ? '' : `${instrumentWords[instrument.type]} ${instrument.number}`.trim());

const officers: Say = ({ officers: all, visitor }) =>
  list([
    ...all.map(({ name, unit: of, idKind, idNumber }) =>
      about(name, [of, idKind ? `${idWords[idKind]} ${idNumber}` : ''].filter(Boolean).join(' ')),
    ),
    visitor ? `查阅人 ${about(visitor.name, `证件 ${visitor.idNumber}`)}` : '',
  ]);

const approversOf =
  ({ steps }: Policy): Say =>
  ({ approvers, ended, action, result: end }) => {
    const said = (step: string | null, name: string, at: string, more: readonly string[]): string => {
      const word = step === 'glass' ? glassStep : (steps.find((it) => it.step === step)?.zh ?? step);
      return [word, about(name, more.filter(Boolean).join(' ')), inBeijing(at)].filter(Boolean).join(' ');
    };
    const insteadOf = (absent: string | null): string => (absent ? `代${absent}` : '');
    return list([
      ...approvers.map(({ step, name, at, standsInFor }) => said(step, name, at, [insteadOf(standsInFor)])),
      // Of the application's own row: there the end is its result.
      ended && action === 'export-requested' ? said(ended.step, ended.name, ended.at, [insteadOf(ended.standsInFor), resultWords[end]]) : '',
    ]);
  };

/** Of a broken glass: the administrator who asked; the row's own person is the second one. */
const glassStep = '破窗申请';

const executors: Say = ({ executors: names, releasedAt }) => (releasedAt ? `${names.join('、')} ${inBeijing(releasedAt)}` : '');
const custody: Say = (row) => (row.custody ? custodyWords[row.custody] : '');
const result: Say = (row) =>
  about(resultWords[row.result], row.action === 'glass-broken' ? glassWords[row.codes[0] as keyof typeof glassWords] : '');
const codes: Say = (row) => [row.result, ...row.codes].join(' ');
const purpose: Say = (row) => (row.purpose ? purposeWords[row.purpose] : '');
const destination: Say = (row) => (row.destination ? about(row.destination.name, row.destination.unit) : '');

/** CSV and XLSX. */
export function registerTable(policy: Policy, rows: readonly RegisterRow[]): Table {
  return tableOf(rows, [
    ['序号', 6, ({ number }) => String(number)],
    ['时间(北京时间)', 19, ({ at }) => inBeijing(at)],
    ['动作', 9, ({ action }) => actionWords[action]],
    ['事由', 30, ({ reason }) => reason],
    ['内容(摄像机、时段)', 50, content],
    ['调用人员', 16, person],
    ['单位', 20, unit],
    ['法律依据', 20, basisOf(policy)],
    ['文书类型及文号', 30, paper],
    ['办案人员及证件', 36, officers],
    ['审批人(步骤)', 40, approversOf(policy)],
    ['执行人及放行时间', 24, executors],
    ['保全', 9, custody],
    ['结果', 14, result],
    ['结果代码', 24, codes],
    ['用途', 12, purpose],
    ['去向(接收人、单位)', 24, destination],
    ['材料包标识', 34, ({ bundle }) => bundle],
    ['申请编号', 32, ({ requestId }) => requestId ?? ''],
    ['流水号', 8, ({ entry }) => String(entry)],
  ]);
}

const lines =
  (...says: readonly Say[]): Say =>
  (row) =>
    says
      .map((say) => say(row))
      .filter(Boolean)
      .join('\n');

/** PDF: every field of the other table, in fewer columns. */
export function registerSheet(policy: Policy, rows: readonly RegisterRow[]): Table {
  return tableOf(rows, [
    [
      '序号 流水号',
      4,
      lines(
        ({ number }) => String(number),
        ({ entry }) => `#${entry}`,
      ),
    ],
    ['时间(北京时间)', 6.5, ({ at }) => inBeijing(at)],
    ['动作', 5, ({ action }) => actionWords[action]],
    ['事由', 10, ({ reason }) => reason],
    ['内容(摄像机、时段)', 12, (row) => content(row).replaceAll('；', '\n')],
    ['调用人员 单位', 9, lines(person, unit)],
    ['法律依据 文书类型及文号', 11, lines(basisOf(policy), paper)],
    ['办案人员及证件', 11, (row) => officers(row).replaceAll('；', '\n')],
    ['审批人(步骤) 执行人', 12, (row) => lines(approversOf(policy), executors)(row).replaceAll('；', '\n')],
    ['结果 结果代码 保全', 9, lines(result, codes, custody)],
    ['用途 去向', 8, lines(purpose, destination)],
    [
      '申请编号 材料包标识',
      11,
      lines(
        ({ requestId }) => requestId ?? '',
        ({ bundle, requestId }) => (bundle === requestId ? '' : bundle),
      ),
    ],
  ]);
}

function tableOf(rows: readonly RegisterRow[], columns: readonly (readonly [title: string, width: number, say: Say])[]): Table {
  return { columns: columns.map(([title, width]) => ({ title, width })), rows: rows.map((row) => columns.map(([, , say]) => say(row))) };
}
