// Lines for operators: the one door to winston. JSON, one line each, a closed list of fields. Lines may be lost; the journal may not.
import type { Writable } from 'node:stream';
import winston from 'winston';
import type { Level, Line, Log } from '../domain/log.js';

type Field = Exclude<keyof Line, 'event' | 'cause' | 'reasons'>;

/** Which fields a line may hold and of which type. A field that is not here does not reach the log, whatever the caller passed. */
const fields = {
  requestId: 'string',
  subject: 'string',
  recorder: 'string',
  camera: 'string',
  channel: 'string',
  operation: 'string',
  outcome: 'string',
  problem: 'string',
  status: 'number',
  ms: 'number',
  path: 'string',
  method: 'string',
  bytes: 'number',
  percent: 'number',
  port: 'number',
  version: 'string',
} as const satisfies Record<Field, 'string' | 'number'>;

const longestText = 500;
const longestStack = 8_000;
const mostReasons = 32;
const deepestCause = 5;
/** More than this waiting for a stuck reader, bytes: further lines are dropped, so that a log cannot eat the gate's memory. */
const mostWaiting = 8 * 1024 * 1024;
/** How long closing waits for a reader that takes nothing, milliseconds. */
const patience = 2_000;

const cut = (text: string, longest = longestText): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** JSON leaves DEL, C1, line separators and bidi controls as they are; on a terminal they can repaint or reorder a line. */
const unpaintable = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const spellOut = (json: string): string => json.replace(unpaintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Cause of a failure with its stack, and what caused that, a few levels down. */
function tellCause(cause: unknown, depth = 1): unknown {
  if (!(cause instanceof Error)) return { message: cut(String(cause)) };
  const { name, message, stack, cause: deeper } = cause;
  return {
    name: cut(name),
    message: cut(message),
    stack: cut(stack ?? '', longestStack),
    ...(deeper !== undefined && depth < deepestCause && { cause: tellCause(deeper, depth + 1) }),
  };
}

function pick(line: Line): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [field, type] of Object.entries(fields) as [Field, string][]) {
    const value = line[field];
    if (typeof value === type) kept[field] = typeof value === 'string' ? cut(value) : value;
  }
  if (Array.isArray(line.reasons)) kept['reasons'] = line.reasons.slice(0, mostReasons).map((reason) => cut(String(reason)));
  if (line.cause !== undefined) kept['cause'] = tellCause(line.cause);
  return kept;
}

/**
 * A log that writes to `stream` what is at least as grave as `level`. `closeLog` waits until every line was handed to the stream
 * (an exit before that loses them) and leaves the stream open. Neither ever throws: a log that fails must not stop the gate.
 */
export function makeLog({ level, stream, now }: { level: Level; stream: Writable; now: () => Date }): {
  log: Log;
  closeLog(): Promise<void>;
} {
  stream.on('error', () => undefined);
  // Threat: winston merges a passed object into the line, so that a field named `level` or `message` would forge it. All that the
  // caller gives is nested under `data`; level, time and event are ours.
  const line = winston.format.printf(({ level, message, at, data }) => spellOut(JSON.stringify({ at, level, event: message, data })));
  const logger = winston.createLogger({
    level,
    levels: { error: 0, warn: 1, info: 2 },
    format: line,
    exitOnError: false,
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });
  logger.on('error', () => undefined);
  let closing: Promise<void> | undefined;
  const finish = (): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, patience).unref();
      logger.once('finish', () => (stream.writable ? stream.write('', () => resolve()) : resolve()));
      logger.end();
    });
  return {
    log: (grade, given) => {
      if (closing || !stream.writable || stream.writableLength > mostWaiting) return;
      logger.log({ level: grade, message: cut(String(given.event)), at: now().toISOString(), data: pick(given) });
    },
    closeLog: () => (closing ??= finish()),
  };
}
