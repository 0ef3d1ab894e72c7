// exportgate request submit FILE | show ID | list
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';

/** As the API answers it; only what is printed here is named. */
interface View {
  requestId: string;
  state: string;
  site: string;
  late: boolean;
  waitsFor: { step: string; role: string } | null;
  voices: { step: string; by: string; at: string }[];
  plan: { steps: { step: string }[]; execute: string } | null;
  footage: { camera: string; state: string; frames: number }[];
  lastFailure: string | null;
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
    form.instrument.scanSha256 = createHash('sha256').update(await fs.promises.readFile(place)).digest('hex');
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
  const { requests } = await clientOf(context).get<{ requests: { requestId: string; state: string; waitsForStep: string | null; late: boolean }[] }>(`/api/v1/requests${query}`);
  context.output.result({ requests }, requests.map((row) => [row.requestId, row.state, row.waitsForStep ?? '', row.late ? 'late' : ''].join('  ').trimEnd()));
  return 0;
};

/** One plain state line, then what is behind it. */
export function lines(view: View): string[] {
  const done = view.voices.length;
  const waits = view.waitsFor ? ` · ${done}/${view.plan?.steps.length ?? 0}, waits for ${view.waitsFor.step}` : '';
  return [
    `${view.requestId}  ${view.state}${waits}${view.late ? ' · late' : ''}`,
    ...view.voices.map((voice) => `  ${voice.at}  ${voice.step}  ${voice.by}`),
    ...view.footage.map((take) => `  ${take.camera}  ${take.state}, ${take.frames} frames sealed`),
    ...(view.lastFailure ? [`  last failure: ${view.lastFailure}`] : []),
  ];
}
