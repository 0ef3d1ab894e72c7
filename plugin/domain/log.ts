// Lines for operators: a closed list of fields, so that nothing private slips into a log. The journal is something else.

export interface Line {
  event: string;
  requestId?: string;
  subject?: string;
  recorder?: string;
  camera?: string;
  /** A way out for notices, by its configured name. */
  channel?: string;
  operation?: string;
  outcome?: string;
  problem?: string;
  reasons?: readonly string[];
  status?: number;
  ms?: number;
  path?: string;
  method?: string;
  bytes?: number;
  percent?: number;
  port?: number;
  version?: string;
  /** Internal cause: its message and stack go to the log and nowhere else. */
  cause?: unknown;
}

export type Level = 'info' | 'warn' | 'error';

/** One line, wide. May be lost; nothing is derived from it. */
export type Log = (level: Level, line: Line) => void;

export const noLog: Log = () => undefined;
