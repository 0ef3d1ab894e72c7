// What the recorders hold, before anybody applies (预检), and the gate's clock.
import { operation, type Operation } from '../operation.js';
import { emptySchema, precheckSchema } from '../schemas.js';
import { precheck } from '../../export/precheck.js';
import type { ApiParts } from './parts.js';

const check = operation<ApiParts, typeof precheckSchema>({
  method: 'post',
  path: '/api/v1/prechecks',
  summary: 'Is there footage, when is it written over, how long will pull and rendering take? Recorded as a search, with its reason',
  body: precheckSchema,
  async run(parts, { subject, body }) {
    return { status: 201, body: await precheck(parts, subject, body) };
  },
});

const directory = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/directory',
  summary: 'Published numbers to call back on',
  async run({ policy }) {
    return { status: 200, body: { directory: [...policy.directory.values()] } };
  },
});

const clock = operation<ApiParts, typeof emptySchema>({
  method: 'get',
  path: '/api/v1/clock',
  summary: 'The gate’s clock, and whether it is in doubt',
  async run({ now, clock: watch }) {
    return { status: 200, body: { now: now().toISOString(), doubt: watch.doubt && { entry: watch.doubt.index, ...watch.doubt.data } } };
  },
});

const acknowledge = operation<ApiParts, typeof emptySchema>({
  method: 'post',
  path: '/api/v1/clock/acknowledgement',
  summary: 'An administrator has looked at a step of the clock: releases go on',
  body: emptySchema,
  async run({ clock: watch }, { subject }) {
    await watch.acknowledge(subject);
    return { status: 201, body: {} };
  },
});

export const precheckOperations: readonly Operation<ApiParts>[] = [check, directory, clock, acknowledge];
