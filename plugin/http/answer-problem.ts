// The one place that answers a failure: a problem document (RFC 9457), with nothing internal in it.
import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler } from 'express';
import { Problem, problems } from '../domain/problem.js';
import type { Log } from '../domain/log.js';

/** The document, as it is sent. `instance` names this occurrence in the operators' log. */
export function problemDocument(problem: Problem, instance: string): Record<string, unknown> {
  const { code, status, detail, faults, reasons, requestId } = problem;
  return { type: `urn:problem:${code}`, title: problems[code].title, status, code, detail, instance, requestId, reasons, faults };
}

export const answerProblem =
  (log: Log): ErrorRequestHandler =>
  (thrown, request, response, _next) => {
    const problem = fromExpress(thrown);
    const instance = `urn:uuid:${randomUUID()}`;
    log(problem.status >= 500 ? 'error' : 'info', {
      event: 'problem',
      problem: problem.code,
      status: problem.status,
      method: request.method,
      path: request.path,
      requestId: problem.requestId,
      cause: problem.status >= 500 ? (problem.cause ?? problem) : undefined,
    });
    // Headers are out already: the only honest thing left is to break the connection, so that no half file looks whole.
    if (response.headersSent) return void response.destroy();
    // RFC 9110, 11.6.1: a 401 names the scheme.
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer realm="exportgate"');
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemDocument(problem, instance)));
  };

/** What express and its body parser throw: errors with a status of HTTP. */
function fromExpress(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const { type, status } = (thrown ?? {}) as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') return new Problem('body-too-large', 'The body may have 256 KiB at most.');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new Problem('body-malformed', 'Send plain UTF-8 JSON.');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem('body-malformed', 'The body is not JSON, or did not come whole.');
  return Problem.from(thrown);
}
