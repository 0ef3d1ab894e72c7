// exportgate request submit FILE | show ID | list
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { padTo } from './console.js';
import { clientOf, type Verb } from './context.js';

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
  voices: { step: string; by: string; at: string }[];
  plan: { steps: { step: string }[]; execute: string } | null;
  footage: { camera: string; state: string; parts: number; frames: number; doubt: string | null }[];
  missing: { camera: string; cause: string }[];
  timesUnconfirmed: string[];
  denied: { reasons: string[] } | null;
  returned: { codes: string[] } | null;
  lastFailure: string | null;
  releaseAskedBy: string | null;
  release: { at: string; expiresAt: string; downloads: number; fetched: number; executors: string[] } | null;
}

interface Row {
  requestId: string;
  state: string;
  requestedAt: string;
  waitsForStep: string | null;
  late: boolean;
}

const LARGEST_SCAN = 20 * 1024 * 1024;

/** Reads the form. `instrument.scanFile` names the scan beside it: its hash is what goes into the application. */
async function readForm(file: string): Promise<unknown> {
  const text = await fs.promises.readFile(file, 'utf8').catch(() => {
    throw new Problem('body-malformed', `${file} cannot be read.`);
  });
  let form: { instrument?: { scanFile?: string; scanSha256?: string } };
  try {
    form = JSON.parse(text) as typeof form;
  } catch {
    throw new Problem('body-malformed', `${file} is not JSON.`);
  }
  const scan = form.instrument?.scanFile;
  if (form.instrument && scan !== undefined) {
    const place = path.resolve(path.dirname(file), scan);
    const { size } = await fs.promises.stat(place).catch(() => {
      throw new Problem('body-malformed', `instrument.scanFile: ${scan} cannot be read.`);
    });
    if (size > LARGEST_SCAN) throw new Problem('body-too-large', `${scan} is larger than 20 MB.`);
    form.instrument.scanSha256 = createHash('sha256')
      .update(await fs.promises.readFile(place))
      .digest('hex');
    delete form.instrument.scanFile;
  }
  return form;
}

export const submitRequest: Verb<{ file: string }> = async (context, { file }) => {
  const view = await clientOf(context).post<View>('/api/v1/requests', await readForm(file));
  context.output.result(view, lines(view));
  return 0;
};

export const showRequest: Verb<{ id: string }> = async (context, { id }) => {
  const view = await clientOf(context).get<View>(`/api/v1/requests/${id}`);
  context.output.result(view, lines(view));
  return 0;
};

export const listRequests: Verb<{ state?: string }> = async (context, { state }) => {
  const query = state === undefined ? '' : `?state=${encodeURIComponent(state)}`;
  const { requests } = await clientOf(context).get<{ requests: Row[] }>(`/api/v1/requests${query}`);
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
export function lines(view: View): string[] {
  const { voices, plan, waitsFor, release } = view;
  const waits = waitsFor ? ` · ${voices.length}/${plan?.steps.length ?? 0}, waits for ${waitsFor.step}` : '';
  return [
    `${view.requestId}  ${view.state}${waits}${view.late ? ' · late 逾期' : ''}`,
    told('applied 申请', `${view.requestedAt}  ${view.applicant}`),
    ...view.items.map(({ camera, from, to, basis }) =>
      told('asked 调取', `${camera}  ${from} – ${to}${basis ? '  by the recorder’s clock 录像机时间' : ''}`),
    ),
    ...voices.map(({ at, step, by }) => told('agreed 同意', `${at}  ${by}  ${step}`)),
    ...view.footage.map(({ camera, state, parts, frames }) =>
      told('sealed 封存', `${camera}  ${state}, ${parts} part(s), ${frames} frames`),
    ),
    ...view.timesUnconfirmed.map((camera) =>
      told('times 待核时间', `${camera}: ${why(view, camera)}; see request frame, then request times`),
    ),
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
  ];
}

const why = ({ footage }: View, camera: string): string =>
  footage.find((take) => take.camera === camera)?.doubt === 'zone'
    ? 'the recorder’s clock is rather in another zone 录像机时区可疑'
    : 'no recorder proved its times 时间未经录像机证明';

const told = (word: string, what: string): string => `  ${padTo(word, 15)} ${what}`;
