// exportgate precheck FILE: what the recorders hold of a form's cameras and spans, until when, and how long it would take.
import { clientOf, type Verb } from './context.js';
import { readJson } from './read-form.js';

interface Told {
  items: {
    camera: string;
    from: string;
    to: string;
    promised: object[] | null;
    lackingHours: number | null;
    overwrittenAt: string;
    unasked: string | null;
  }[];
  pullHours: number;
  renderHours: number;
}

export const precheckForm: Verb<{ file: string }> = async (context, { file }) => {
  const { items, reason } = ((await readJson(file)) ?? {}) as { items?: unknown; reason?: unknown };
  const told = await clientOf(context).post<Told>('/api/v1/prechecks', { items, reason });
  context.output.result(told, [
    ...told.items.map((item) => `${item.camera}  ${item.from} – ${item.to}  ${held(item)}; written over from 覆盖起 ${item.overwrittenAt}`),
    `expect 预计: pull 拉取 ${told.pullHours} h, rendering 渲染 ${told.renderHours} h`,
  ]);
  return told.items.some(({ promised }) => promised?.length === 0) ? 1 : 0;
};

function held({ promised, lackingHours, unasked }: Told['items'][number]): string {
  if (unasked) return `could not be asked 无法查询: ${unasked}`;
  if (promised === null) return 'the recorder cannot say 录像机不能说明';
  if (promised.length === 0) return 'nothing recorded 无录像';
  return lackingHours! > 0 ? `lacks 缺 ${(lackingHours! * 60).toFixed(1)} min` : 'whole 完整';
}
