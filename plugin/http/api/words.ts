// Words of the procedure and names of places: what a page needs to write “privacy review” and “north road” where the rest of the API has ids.
import { bases } from '../../domain/basis.js';
import type { Camera } from '../../domain/camera.js';
import { wordsAnswer } from '../answers.js';
import { operation, type Operation } from '../operation.js';
import type { emptySchema } from '../schemas.js';
import type { ApiParts } from './parts.js';

const tell = operation<ApiParts, typeof emptySchema, typeof wordsAnswer>({
  method: 'get',
  path: '/api/v1/words',
  summary: 'What steps and bases are called, and the sites and cameras of where you hold a role',
  answer: wordsAnswer,
  async run({ policy }, { subject }) {
    const { steps, law, cameras, holdings } = policy;
    const held = holdings.filter(({ user }) => user === subject.user);
    const sites = policy.sites.filter(({ id }) => held.some(({ role }) => policy.holds(subject.user, role, id)));
    const camerasAt = new Map<string, Camera[]>();
    for (const camera of cameras) camerasAt.set(camera.site, [...(camerasAt.get(camera.site) ?? []), camera]);
    return {
      status: 200,
      body: {
        steps: steps.map(({ step, role, zh, en }) => ({ step, role, zh, en })),
        bases: bases.map((basis) => ({ basis, zh: law.bases[basis].zh, en: law.bases[basis].en, organ: law.bases[basis].organ })),
        sites: sites.map(({ id, city, name, retentionDays }) => ({
          ...{ id, city, cityName: policy.city(city).name, name, retentionDays },
          cameras: (camerasAt.get(id) ?? []).map((camera) => ({ id: camera.id, name: camera.name, groups: camera.groups })),
        })),
      },
    };
  },
});

export const wordOperations: readonly Operation<ApiParts>[] = [tell];
