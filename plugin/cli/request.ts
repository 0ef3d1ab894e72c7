// exportgate request submit FILE | show ID | list
import type { CopySound, Effort, Working } from '../domain/duty.js';
import { padTo } from './console.js';
import { clientOf, type Verb } from './context.js';
import { readForm } from './read-form.js';
import { uploadScanFile } from './read-scan.js';

/** As the API answers it; only what is printed here is named. */
interface View {
  requestId: string;
  state: string;
  site: string;
  late: boolean;
  requestedAt: string;
  applicant: string;
  items: { camera: string; from: string; to: string; basis?: 'recorder' }[];
  waitsFor: { step: string; role: string } | null;
  waitsForRoom: string | null;
  voices: { step: string; by: string; at: string; standsInFor: string | null }[];
  /** What is granted, or would be: those of `items`, narrowed or not. */
  granted: { camera: string; from: string; to: string }[];
  callBacks: { at: string; by: string; directory: string; confirmed: boolean }[];
  paper: object | null;
  paperDueAt: string | null;
  paperOverdue: boolean;
  glass: { reason: string; askedBy: string; broken: boolean; endsAt: string | null } | null;
  hold: { until: string | null; by: string } | null;
  explanation: string | null;
  plan: { steps: { step: string }[]; inspect: string[]; execute: string; sound: CopySound; encode: Effort; working: Working } | null;
  sla: { verifyBy: string; releaseBy: string } | null;
  slaMissed: ('verify' | 'total')[];
  areas: { camera: string; count: number; at: string; by: string }[];
  areasMissing: string[];
  footage: { camera: string; state: string; parts: number; frames: number; doubt: string | null }[];
  missing: { camera: string; cause: string }[];
  timesUnconfirmed: string[];
  denied: { reasons: string[] } | null;
  returned: { codes: string[] } | null;
  lastFailure: string | null;
  releaseAskedBy: string | null;
  release: { at: string; expiresAt: string; downloads: number; fetched: number; executors: string[] } | null;
  afterReview: { drawn: boolean; dueAt: string; overdue: boolean; finding: string | null; by: string | null; at: string | null } | null;
}

/** What the gate says to who acts on a request and may not read it. */
type Brief = Pick<View, 'requestId' | 'state'>;

interface Row {
  requestId: string;
  state: string;
  requestedAt: string;
  waitsForStep: string | null;
  late: boolean;
}

export const submitRequest: Verb<{ file: string }> = async (context, { file }) => {
  const client = clientOf(context);
  const form = await readForm(file, async (scan, where) => (await uploadScanFile(client, scan, where)).sha256);
  const view = await client.post<View>('/api/v1/requests', form);
  context.output.result(view, lines(view));
  return 0;
};

export const showRequest: Verb<{ id: string }> = async (context, { id }) => {
  const view = await clientOf(context).get<View>(`/api/v1/requests/${id}`);
  context.output.result(view, lines(view));
  return 0;
};

export const listRequests: Verb<{ state?: string; reviewDue?: boolean }> = async (context, { state, reviewDue }) => {
  const query = new URLSearchParams({ ...(state !== undefined && { state }), ...(reviewDue && { review: 'due' }) }).toString();
  const { requests } = await clientOf(context).get<{ requests: Row[] }>(`/api/v1/requests?${query}`);
  context.output.result({ requests }, requests.length === 0 ? ['no requests 没有申请'] : columns(requests.map(cells)));
  return 0;
};

const cells = ({ requestId, state, requestedAt, waitsForStep, late }: Row): string[] => [
  requestId,
  state,
  requestedAt,
  state === 'held' || state === 'preserve-queued' ? `waits for ${waitsForStep ?? '-'}` : '',
  late ? 'late 逾期' : '',
];

/** Cells under each other; none of them is wider than its text says (identifiers and dates are plain letters). */
function columns(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
}

/** One plain state line, then what is behind it: who asked for what, who agreed, what is sealed, what is missing, how it ended. */
export function lines(view: View | Brief): string[] {
  if (!('applicant' in view)) return [`${view.requestId}  ${view.state}`];
  const { voices, plan, waitsFor, release } = view;
  const looks = waitsFor && plan?.inspect.includes(waitsFor.step) ? ' after a look at its frames 先查看' : '';
  const waits = waitsFor ? ` · ${voices.length}/${plan?.steps.length ?? 0}, waits for ${waitsFor.step}${looks}` : '';
  return [
    `${view.requestId}  ${view.state}${waits}${view.late ? ' · late 逾期' : ''}`,
    told('applied 申请', `${view.requestedAt}  ${view.applicant}`),
    ...view.items.map(({ camera, from, to, basis }) =>
      told('asked 调取', `${camera}  ${from} – ${to}${basis ? '  by the recorder’s clock 录像机时间' : ''}`),
    ),
    ...(view.sla ? [told('due 时限', times(view.sla, view.slaMissed))] : []),
    ...(plan ? [told('copies 查阅件', `sound ${plan.sound} ${soundWords[plan.sound]}; encode ${plan.encode} ${effortWords[plan.encode]}; working copy ${plan.working} ${workingWords[plan.working]}`)] : []),
    ...narrowed(view),
    ...view.callBacks.map(({ at, by, directory, confirmed }) =>
      told('called 回拨', `${at}  ${by}  ${directory}: ${confirmed ? 'confirmed 已核实' : 'not confirmed 未核实'}`),
    ),
    ...voices.map(({ at, step, by, standsInFor }) =>
      told('agreed 同意', `${at}  ${by}  ${step}${standsInFor ? ` for 代 ${standsInFor}` : ''}`),
    ),
    ...(view.paperDueAt ? [told('paper 手续', `due 应于 ${view.paperDueAt}${view.paper ? ', served 已提交' : ''}${view.paperOverdue ? ' overdue 逾期' : ''}`)] : []),
    ...(view.glass
      ? [
          told(
            'glass 破窗',
            `${view.glass.reason}, asked by ${view.glass.askedBy}; ${view.glass.broken ? `to be watched until ${view.glass.endsAt}` : 'a second administrator confirms'}`,
          ),
        ]
      : []),
    ...(view.hold ? [told('held 留存', `${view.hold.by}; until ${view.hold.until ?? 'it is lifted 解除为止'}`)] : []),
    ...(view.explanation ? [told('closed 结束', view.explanation)] : []),
    ...view.footage.map(({ camera, state, parts, frames }) =>
      told('sealed 封存', `${camera}  ${state}, ${parts} part(s), ${frames} frames`),
    ),
    ...view.timesUnconfirmed.map((camera) =>
      told('times 待核时间', `${camera}: ${why(view, camera)}; see request frame, then request times`),
    ),
    ...view.areas.map(({ camera, count, at, by }) => told('masked 遮蔽', `${camera}  ${count} area(s)  ${at}  ${by}`)),
    ...(view.areasMissing.length > 0 ? [told('to mask 待遮蔽', `${view.areasMissing.join(', ')}; see request areas`)] : []),
    ...view.missing.map(({ camera, cause }) => told('missing 无录像', `${camera}  ${cause}`)),
    ...(view.waitsForRoom !== null && view.waitsForRoom !== 'submitted' ? [told('waits 等待', view.waitsForRoom)] : []),
    ...(view.lastFailure === null ? [] : [told('failed 失败', view.lastFailure)]),
    ...(view.denied ? [told('denied 拒绝', view.denied.reasons.join(', '))] : []),
    ...(view.returned ? [told('returned 退回', view.returned.codes.join(', '))] : []),
    ...(view.releaseAskedBy !== null && !release
      ? [told('release 放行', `asked by ${view.releaseAskedBy}; a second executor confirms`)]
      : []),
    ...(release
      ? [
          told(
            'released 放行',
            `${release.at}  ${release.executors.join(', ')}; fetched ${release.fetched}/${release.downloads}, ends ${release.expiresAt}`,
          ),
        ]
      : []),
    ...(view.afterReview?.drawn ? [told('review 复核', reviewed(view.afterReview))] : []),
  ];
}

/** Nothing where all that was asked is still asked. */
function narrowed({ items, granted }: View): string[] {
  const cells = (list: View['granted']): string[] => list.map(({ camera, from, to }) => `${camera}  ${from} – ${to}`);
  const [asked, left] = [cells(items), cells(granted)];
  return granted.length === 0 || left.join() === asked.join() ? [] : left.map((cell) => told('narrowed 缩减', cell));
}

function times({ verifyBy, releaseBy }: NonNullable<View['sla']>, missed: View['slaMissed']): string {
  const by = (of: View['slaMissed'][number], at: string): string => `${at}${missed.includes(of) ? ' missed 超时' : ''}`;
  return `first voice by ${by('verify', verifyBy)}, release by ${by('total', releaseBy)}`;
}

const reviewed = ({ finding, by, at, dueAt, overdue }: NonNullable<View['afterReview']>): string =>
  finding === null ? `drawn 抽中; due ${dueAt}${overdue ? ' overdue 逾期' : ''}` : `${at}  ${by}  ${finding}`;

const why = ({ footage }: View, camera: string): string =>
  footage.find((take) => take.camera === camera)?.doubt === 'zone'
    ? 'the recorder’s clock is rather in another zone 录像机时区可疑'
    : 'no recorder proved its times 时间未经录像机证明';

const soundWords = { kept: '保留声音', muted: '消除声音' } as const satisfies Record<CopySound, string>;
const workingWords = { none: '无工作件', mp4: '另附 MP4 工作件' } as const satisfies Record<Working, string>;
const effortWords = { speed: '速度优先', balance: '兼顾', quality: '画质优先' } as const satisfies Record<Effort, string>;

const told = (word: string, what: string): string => `  ${padTo(word, 15)} ${what}`;
