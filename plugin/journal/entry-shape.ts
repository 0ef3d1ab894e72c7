// What every entry has, whatever it tells: judged from the line alone.
import { isUtf8 } from 'node:buffer';
import { parseCanonicalJson } from '../domain/formats/canonical-json.js';
import { maxEntryBytes } from './read-lines.js';

export interface Shape {
  index: number;
  event: string;
  data: Record<string, unknown>;
  requestId?: string;
  requestSequence?: number;
  previous?: string | null;
}

/** Entry of a line in canonical form and clean UTF-8, else null. */
export function parseEntry(line: Buffer): Shape | null {
  if (line.length > maxEntryBytes || !isUtf8(line)) return null;
  try {
    const value = parseCanonicalJson(line.toString());
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

const gateMembers = 'at,by,data,event,index,v';
const requestMembers = 'at,by,data,event,index,previous,requestId,requestSequence,v';

function isEntry(value: unknown): value is Shape {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  const members = Object.keys(entry).join();
  if (members !== gateMembers && members !== requestMembers) return false;
  const isHead = entry.v === 1 && isCount(entry.index) && isInstant(entry.at) && isName(entry.by) && isEvent(entry.event);
  const hasData = typeof entry.data === 'object' && entry.data !== null && !Array.isArray(entry.data);
  return (
    isHead && hasData && (members === gateMembers || (isName(entry.requestId) && isCount(entry.requestSequence) && isLink(entry.previous)))
  );
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isName = (value: unknown): boolean => typeof value === 'string' && value.length > 0;
const isEvent = (value: unknown): boolean => typeof value === 'string' && /^[a-z]+(-[a-z]+)*$/.test(value);
const isLink = (value: unknown): boolean => value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
const instant = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const isInstant = (value: unknown): boolean => typeof value === 'string' && instant.test(value) && isDay(value.slice(0, 10));

/** The last one that was one: a day has thousands of entries. */
let knownDay = '';
function isDay(text: string): boolean {
  if (text === knownDay) return true;
  const date = new Date(`${text}T00:00:00.000Z`);
  const is = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
  if (is) knownDay = text;
  return is;
}
