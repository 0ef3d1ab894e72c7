// A request as the gate hands it to the adapter: from the text `METHOD /path?query  form`, read in the plainest way.
import type { Asked, AskedMethod, Param } from '../../../plugin/domain/asked.js';
import type { Route, WebClass } from '../../../plugin/domain/route-table.js';

export function asked(text: string, json?: unknown): Asked {
  const [line = '', body = ''] = text.split('  ');
  const [, method, target] = /^([A-Z]+) (\S+)$/.exec(line)!;
  const url = new URL(target!, 'http://gate');
  const [query, form] = [[...url.searchParams], [...new URLSearchParams(body)]] as [Param[], Param[]];
  const all = [...query, ...form];
  const lists = new Map<string, string[]>();
  for (const [name, value] of all) if (name.endsWith('[]')) lists.set(name, [...(lists.get(name) ?? []), value]);
  const params = new Map(all.filter(([name]) => !name.endsWith('[]')));
  return { method: method as AskedMethod, path: decodeURIComponent(url.pathname), query, form, json, params, lists, upgrade: false };
}

export const route = (id: string, kind: WebClass = 'export'): Route => ({
  ...{ id, class: kind, isAsset: false, methods: '*', path: /^/, ws: false, messageRules: false, when: [], allowParams: null, denyParams: null, leaves: '', expects: [], examples: [] },
  ...{ extract: null, replace: null, note: null },
});
