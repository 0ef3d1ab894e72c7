// The people's edge: one canonical path, who asks, a judged body, the operation, one place that answers failures.
import express, { type Express, type Request, type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import type { Log } from '../domain/log.js';
import { requestNamed } from '../domain/paper-number.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import { answerProblem } from './answer-problem.js';
import { operations } from './api/index.js';
import type { ApiParts } from './api/parts.js';
import { canonical } from './canonical.js';
import { consoleFiles } from './console-files.js';
import { presentedBy } from './credentials.js';
import { mountDeliveries } from './delivery-page.js';
import { mountLook } from './look.js';
import { openapi } from './openapi.js';
import type { Operation } from './operation.js';
import { readBody } from './read-body.js';

/** `behindProxy`: a proxy on this machine stands in front and names the client in X-Forwarded-For; nobody else is believed. */
export function makeApp(
  parts: ApiParts,
  log: Log,
  behindProxy: boolean,
  limits: { requestsPerMinute: number; signInsPerMinute: number },
): Express {
  const app = express();
  app
    .set('case sensitive routing', true)
    .set('strict routing', true)
    .set('query parser', false)
    .set('trust proxy', behindProxy ? 'loopback' : false)
    .disable('x-powered-by')
    .disable('etag');
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: { defaultSrc: ["'none'"], styleSrc: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
      },
    }),
  );
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.use(limit(limits.requestsPerMinute));
  app.use((request, _response, next) => {
    expectOwnHost(request.headers.host, parts.look.origins);
    next();
  });
  const headed = [/^\/deliveries\/[^/]+$/, ...operations.filter(({ takesHead }) => takesHead).map(patternOf)];
  // Before addresses are judged: an address with a slash at its end is none of the API's, and is how browsers name a folder.
  app.use(consoleFiles());
  app.use((request, response, next) => {
    canonical(request.originalUrl);
    // Express would run any operation for HEAD too: what is recorded when it is shown would be, and nothing shown.
    if (request.method === 'HEAD' && !headed.some((path) => path.test(request.path))) {
      response.set('Allow', 'GET, POST');
      throw new Problem('method-unknown', 'Operations take GET or POST.');
    }
    next();
  });
  const readForm = express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 8 });
  mountLook(app, parts, limit(limits.signInsPerMinute * 4), readForm);
  mountDeliveries(app, parts, limit(limits.signInsPerMinute * 4), limit(limits.signInsPerMinute), readForm);
  const mount = (it: Operation<ApiParts>) =>
    app[it.method](
      it.path.replaceAll(/\{(\w+)\}/g, it.takesRest ? '*$1' : ':$1'),
      ...(it.guarded ? [limit(limits.signInsPerMinute)] : []),
      handle(it, parts, log),
    );
  // Before anything parses a body: who sends one of these signs in first, and the operation reads it.
  for (const it of operations.filter(({ takes }) => takes)) mount(it);
  const large = operations.filter((it) => it.bodyLimit !== undefined);
  for (const it of large) app.post(it.path, knows(it, parts), express.json({ limit: it.bodyLimit, strict: true }));
  app.use(express.json({ limit: '256kb', strict: true }));
  for (const it of operations.filter(({ takes }) => !takes)) mount(it);
  const description = openapi(operations as readonly Operation<never>[], parts.version);
  app.get('/api/v1/openapi.json', (_request, response) => void response.json(description));
  app.use((request, response) => {
    const others = operations
      .filter((it) => patternOf(it).test(request.path))
      .map((it) => it.method.toUpperCase());
    if (others.length > 0) {
      response.set('Allow', others.join(', '));
      throw new Problem('method-unknown', `${request.path} takes ${others.join(', ')}, not ${request.method}.`);
    }
    throw new Problem('not-found', `${request.method} ${request.path} is no address of this gate; /api/v1/openapi.json lists them.`);
  });
  app.use(answerProblem(log));
  return app;
}

/**
 * Threat: scripts of a video system's pages reach everything under their host name. The gate answers under none that stands before one.
 */
export function expectOwnHost(host: string | undefined, origins: ReadonlyMap<string, string>): void {
  const name = host === undefined ? '' : hostName(host);
  if ([...origins.values()].some((origin) => hostName(new URL(origin).host) === name))
    throw new Problem('host-refused', 'This name stands before a video system; the gate itself is reached under its own.');
}

const hostName = (host: string): string => host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();

const patternOf = (it: Operation<ApiParts>): RegExp => new RegExp(`^${it.path.replaceAll(/\{\w+\}/g, it.takesRest ? '.+' : '[^/]+')}$`);

const nobody: Person = { user: 'user:nobody', name: '', unit: '', pseudonym: 'p-nobody' };

function handle(it: Operation<ApiParts>, parts: ApiParts, log: Log): RequestHandler {
  return async (request, response) => {
    const started = performance.now();
    const isOpen = it.open === true || (it.open === 'public-log' && parts.logIsPublic);
    const subject = isOpen ? nobody : await parts.authenticate(presentedBy(request, parts.url));
    const { query } = canonical(request.originalUrl);
    const body = it.body ? readBody(it.body, request.body) : {};
    const answer = await it.run(parts, { subject, params: named(paramsOf(request), it.path, parts.gateCode), query, body, request, response });
    if (answer) response.status(answer.status).json(answer.body);
    log('info', {
      event: 'request',
      method: request.method,
      path: it.path,
      status: response.statusCode,
      subject: isOpen ? undefined : subject.user,
      ms: Math.round(performance.now() - started),
    });
  };
}

/** Express gives the rest of an address in pieces. */
const paramsOf = ({ params }: Request): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : value]));

/** Where a request is named, the number of a paper or copy of it will do. Problems: `number-mistyped`, `request-unknown`. */
const named = (params: Record<string, string>, path: string, gate: string): Record<string, string> =>
  path.startsWith('/api/v1/requests/{id}') ? { ...params, id: requestNamed(params['id']!, gate) } : params;

/** A large body is read for nobody who has not signed in, or may not send one. */
const knows =
  (it: Operation<ApiParts>, parts: ApiParts): RequestHandler =>
  async (request, _response, next) => {
    it.before?.(parts, await parts.authenticate(presentedBy(request, parts.url)));
    next();
  };

/** Requests a minute and address. */
const limit = (most: number): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: most,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_request, _response, next) => next(new Problem('too-many-requests', `At most ${most} requests a minute; wait a little.`)),
  });
