// Is every sealed object still what the journal says of it? Each is opened, read to its end and hashed anew.
import { createHash } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import type { AuditFinding } from '../domain/self-audit.js';
import { isStillNamed, namedObjects, type Named, type NamedObjectsParts } from './named-objects.js';

/** One finding or none for each object. An object that was rightly destroyed meanwhile is none. */
export async function* auditObjects(parts: NamedObjectsParts, signal: AbortSignal): AsyncGenerator<AuditFinding | null> {
  for await (const named of namedObjects(parts)) {
    signal.throwIfAborted();
    if ('unreadable' in named) yield { code: 'list-unreadable', what: named.unreadable };
    else yield await audit(parts, named, signal);
  }
}

async function audit(parts: NamedObjectsParts, { object, bytes, sha256, requestId }: Named, signal: AbortSignal): Promise<AuditFinding | null> {
  const hash = createHash('sha256');
  let read = 0;
  try {
    for await (const chunk of parts.objects.read(object)) {
      signal.throwIfAborted();
      hash.update(chunk);
      read += chunk.length;
    }
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== 'object-corrupt') throw thrown;
    return requestId === null || (await isStillNamed(parts, requestId, object)) ? { code: 'object-corrupt', what: object } : null;
  }
  return read === bytes && hash.digest('hex') === sha256 ? null : { code: 'object-changed', what: object };
}
