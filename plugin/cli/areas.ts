// exportgate request areas ID [--camera CAMERA --file FILE [--preview FILE [--at T]]]: what is masked, read, seen before, drawn.
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import { readJson } from './read-form.js';
import { lines } from './request.js';

interface Asked {
  id: string;
  camera?: string;
  file?: string;
  preview?: string;
  at?: string;
}

interface Told {
  cameras: { camera: string; areas: { style: string; hides: string[]; reason: string }[]; reason?: string; by: string; at: string }[];
}

export const drawAreas: Verb<Asked> = async (context, { id, camera, file, preview, at }) => {
  const client = clientOf(context);
  if (camera === undefined && file === undefined && preview === undefined) {
    const told = await client.get<Told>(`/api/v1/requests/${id}/areas`);
    context.output.result(told, toldIn(told));
    return 0;
  }
  if (camera === undefined || file === undefined || (at !== undefined && preview === undefined))
    throw new Problem('config-invalid', 'Say --camera and --file together; --at goes with --preview.');
  const drawn = ((await readJson(file)) ?? {}) as object;
  const address = `/api/v1/requests/${id}/cameras/${camera}/areas`;
  if (preview !== undefined) {
    const bytes = await client.download(`${address}/preview`, preview, { body: { ...drawn, ...(at !== undefined && { at }) } });
    context.output.result({ preview, bytes }, [`${preview}: nothing is drawn yet 仅预览,尚未绘定`]);
    return 0;
  }
  const view = await client.post<Parameters<typeof lines>[0]>(address, drawn);
  context.output.result(view, lines(view));
  return 0;
};

const toldIn = ({ cameras }: Told): string[] =>
  cameras.length === 0
    ? ['nothing was drawn 尚未绘定遮蔽区域']
    : cameras.flatMap(({ camera, areas, reason, by, at }) => [
        `${camera}  ${areas.length} area(s) 区域  ${at}  ${by}${reason === undefined ? '' : `  nothing to hide 无需遮蔽: ${reason}`}`,
        ...areas.map((area) => `  ${area.style}  ${area.hides.join('+')}  ${area.reason}`),
      ]);
