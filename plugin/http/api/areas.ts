// What is masked, over REST: drawn as a whole list for each camera, seen before as it will be, and read again by who may read the request.
import { mayRead } from '../../export/may-read.js';
import { draw, drawnOf, previewAreas } from '../../export/draw.js';
import { recordRefusal } from '../../export/refusal.js';
import { Problem } from '../../domain/problem.js';
import { operation, type Operation } from '../operation.js';
import { areasSchema, type emptySchema, previewSchema } from '../schemas.js';
import { answerOf } from './answer.js';
import type { ApiParts } from './parts.js';

const put = operation<ApiParts, typeof areasSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/cameras/{camera}/areas',
  summary: 'What is masked of this camera: the whole list, which replaces the one before, in the step that waits; an empty list with a reason (遮蔽)',
  body: areasSchema,
  async run(parts, { subject, params, body }) {
    const [id, camera] = [params['id']!, params['camera']!];
    const state = await recordRefusal(parts, subject, 'review', id, () => draw(parts, subject, id, camera, body));
    return { status: 201, body: await answerOf(parts, subject, state) };
  },
});

const preview = operation<ApiParts, typeof previewSchema>({
  method: 'post',
  path: '/api/v1/requests/{id}/cameras/{camera}/areas/preview',
  summary: 'One marked picture of this camera with these areas burned in, before they are drawn (at: by the recorder’s clock; 遮蔽预览)',
  body: previewSchema,
  answers: 'image/jpeg',
  async run(parts, { subject, params, body: { at, ...drawn }, response }) {
    const [id, camera] = [params['id']!, params['camera']!];
    const picture = await recordRefusal(parts, subject, 'inspect', id, () => previewAreas(parts, subject, id, camera, drawn, at));
    response
      .status(201)
      .set({ 'Content-Type': 'image/jpeg', 'Content-Length': String(picture.length), 'Cache-Control': 'no-store' })
      .end(picture);
    return null;
  },
});

const read = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/requests/{id}/areas',
  summary: 'What was drawn last for each camera of this request, by whom and why',
  async run(parts, { subject, params }) {
    const id = params['id']!;
    const isKnown = parts.requests.isKnown(id) && (await mayRead(parts, parts.requests.state(id), subject));
    if (!isKnown) throw new Problem('request-unknown', `There is no request ${id} that you may read.`);
    await parts.reads.tell(subject, id);
    const cameras = await drawnOf(parts.objects, parts.requests.state(id));
    const named = cameras.map(async ({ by, ...rest }) => ({ ...rest, by: (await parts.store.people.userOf(by)) ?? by }));
    return { status: 200, body: { cameras: await Promise.all(named) } };
  },
});

export const areaOperations: readonly Operation<ApiParts>[] = [put, preview, read];
