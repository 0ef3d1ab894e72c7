// A route table from data: judged whole, every fault at once, regular expressions compiled once and anchored.
import { Problem, type Fault } from '../../domain/problem.js';
import type { Condition, Route, RouteTable } from '../../domain/route-table.js';
import { tableSchema, type TableData, type TableIssue } from './table-schema.js';

type RouteData = TableData['routes'][number];

/** Names that never go on to any system: a method in a field, whatever the table says. */
const alwaysStripped = ['_method'];

/** `file`: how the table is called in a fault. Problem `config-invalid` with a fault for each place; it names file and route. */
export function loadTable(data: unknown, file: string): RouteTable {
  const shaped = tableSchema.safeParse(data);
  if (!shaped.success)
    throw refused(
      file,
      shaped.error.issues.map((issue) => shapeFault(issue, file, data)),
    );
  const faults: Fault[] = [];
  const table = compile(shaped.data, (where, detail) => faults.push({ code: 'table-invalid', where: `${file} ${where}`, detail }));
  if (faults.length > 0) throw refused(file, faults);
  return table;
}

type Tell = (where: string, detail: string) => void;

function compile(data: TableData, tell: Tell): RouteTable {
  const { params, merge_slashes: mergeSlashes, case_sensitive: caseSensitive } = data.normalise;
  const strip = [...new Set([...data.auth.strip_from_client, ...alwaysStripped])];
  const pattern = (source: string | undefined, where: string, flags = ''): RegExp | null => {
    if (source === undefined) return null;
    try {
      return new RegExp(`^(?:${source})$`, flags);
    } catch (error) {
      tell(where, `${source} is no regular expression: ${(error as Error).message}.`);
      return null;
    }
  };
  const ids = data.routes.map(({ id }) => id);
  for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) tell(`route ${id}`, 'The id is there twice.');
  const oneRoute = (route: RouteData): Route => {
    const where = `route ${route.id}`;
    for (const { name } of route.when) if (strip.includes(name)) tell(where, `A condition looks at ${name}, which never goes on.`);
    const methods = route.methods.flatMap((method) => (method === '*' ? [] : [method]));
    return {
      id: route.id,
      class: route.class,
      isAsset: route.asset,
      methods: methods.length === 0 ? '*' : methods,
      path: pattern(route.path, `${where} path`, caseSensitive ? (route.flags ?? '') : 'i') ?? /(?!)/,
      ws: route.ws,
      messageRules: route.inspect !== undefined,
      when: route.when.map(({ re, ...rest }): Condition => {
        const compiled = pattern(re, `${where} when ${rest.name}`);
        return compiled ? { ...rest, re: compiled } : rest;
      }),
      allowParams: route.allow_params ?? null,
      denyParams: pattern(route.deny_params_re, `${where} deny_params_re`, 'i'),
      leaves: route.leaves,
      expects: route.expects,
      examples: route.examples,
      extract: route.extract ?? null,
      replace: route.replace ?? null,
      note: route.note ?? null,
    };
  };
  return {
    vms: data.vms,
    version: data.version_read,
    basePath: data.basePath,
    mergeSlashes,
    params: params.model,
    dispatchKeys: params.dispatch_keys,
    valueKeys: params.value_keys,
    dispatchValue: pattern(params.value_re, 'value_re'),
    idKeys: params.id_keys,
    idValue: pattern(params.id_re, 'id_re'),
    bodyTypes: params.body_types,
    strip,
    alsoListening: data.upstream.also_listening,
    routes: data.routes.map(oneRoute),
  };
}

/** The place in words: a route by its id where it has one. */
function shapeFault(issue: TableIssue, file: string, data: unknown): Fault {
  const [first, index, ...rest] = issue.path;
  const routes = (data as { routes?: { id?: unknown }[] } | null)?.routes;
  const id = first === 'routes' && typeof index === 'number' ? routes?.[index]?.id : undefined;
  const where = typeof id === 'string' ? ['route', id, ...rest].join(' ') : issue.path.join('.') || '(file)';
  const keys = issue.code === 'unrecognized_keys' ? ` ${issue.keys.join(', ')}` : '';
  return { code: 'table-invalid', where: `${file} ${where}${keys}`, detail: issue.message };
}

function refused(file: string, faults: Fault[]): Problem {
  const some = faults.slice(0, 5).map(({ where, detail }) => `${where}: ${detail}`);
  return new Problem('config-invalid', `The route table has ${faults.length} fault(s). ${some.join(' ')}`, { faults, cause: file });
}
