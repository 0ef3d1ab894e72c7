// Which bytes a request wants (RFC 9110, 14). One range or all of it.
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../domain/problem.js';

/** [from, to) and whether it is a part. Problem `range-unsatisfiable`. `etag`: of what is there, with its quotes. */
export function readRange({ range, 'if-range': ifRange }: IncomingHttpHeaders, bytes: number, etag: string): { from: number; to: number; isPart: boolean } {
  const whole = { from: 0, to: bytes, isPart: false };
  // What a client has a part of may be another thing: a date, or a weak mark, proves nothing.
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return whole;
  // Another unit, several ranges, or no range at all: RFC 9110, 14.2 lets all of it be sent.
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.replaceAll(' ', '')) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return whole;
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < from) return whole;
  if (from >= to) throw new Problem('range-unsatisfiable', `There are ${bytes} bytes; this range has none of them.`);
  return { from, to, isPart: true };
}
