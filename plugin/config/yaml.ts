// The one door to yaml: text → plain data, or every fault with its line. No aliases, no tags, no second document, no double key.
import { LineCounter, parseDocument } from 'yaml';
import type { Fault } from '../domain/problem.js';

/** Code of the faults: `yaml-malformed`; `where` is `line:column`. */
export function readYaml(text: string): { data: unknown } | { faults: Fault[] } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    prettyErrors: false,
  });
  const faults = [...document.errors, ...document.warnings].map(({ pos: [from], message }): Fault => {
    const { line, col } = lineCounter.linePos(from);
    return { code: 'yaml-malformed', where: `${line}:${col}`, detail: message };
  });
  if (faults.length > 0) return { faults };
  try {
    return { data: document.toJS({ maxAliasCount: 0 }) };
  } catch {
    return { faults: [{ code: 'yaml-malformed', where: '1:1', detail: 'Aliases (*name) are not taken: write the value out.' }] };
  }
}
