// What a request would delete on ZoneMinder, or give free to be deleted. Every spelling that its programs take: pages (by POST), their
// background requests (by GET too), and the interface for programs.
import type { Asked } from '../../plugin/domain/asked.js';
import type { Footage } from '../../plugin/domain/web-front.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { CallOptions } from './api.js';
import type { Device } from './device.js';
import { blocked, listOf, lookUp, lookUpByFrame, lookUpMonitor, numberOf } from './lookup.js';

/** Recordings by their numbers, of frames, or all of monitors. */
interface Named {
  events?: readonly string[];
  frames?: readonly string[];
  monitors?: readonly string[];
}

const isPage = (path: string): boolean => /^\/(index\.php(\/.*)?)?$/.test(path);
const api = /^\/api(?:\/index\.php|\/app\/webroot\/index\.php|\/app\/webroot)?\/([a-z_]+)(?:\/([^/]*))?(?:\/([^/]*))?(?:\/.*)?$/i;
const unended = (text: string | undefined): string => (text ?? '').replace(/\.\w{1,8}$/, '');

/** `events`, what is done, and to which number, as CakePHP reads it. Null: it is not the interface for programs. */
function readApi({ path, method, params }: Asked): { controller: string; action: string; id: string } | null {
  const [, controller, second, third] = api.exec(path) ?? [];
  if (controller === undefined) return null;
  // A field may stand in for the method. It is taken out on the way; who judges must not rely on that.
  const effective = (params.get('_method') ?? method).toUpperCase();
  const [name, number] = [unended(second), unended(third)];
  if (!third && /^\d/.test(name)) return { controller: unended(controller).toLowerCase(), action: effective, id: name };
  return { controller: unended(controller).toLowerCase(), action: name.toLowerCase(), id: number };
}

const isTrue = (text: string | undefined): boolean => text !== undefined && text !== '' && text !== '0';

function deletedByPage(asked: Asked): Named | null {
  const { params, method, form } = asked;
  const [request, view, task] = ['request', 'view', 'task'].map((name) => params.get(name) ?? '');
  // A background request may be asked for with any method; the action of a page comes in its form.
  const action = params.get('action') ?? '';
  if (request === 'event' && action === 'delete') return { events: listOf(asked, 'id') };
  // In 1.36 it deletes by a list that is never filled: nobody knows what another version does.
  if (request === 'event' && action === 'deleteVideo') throw blocked('What this would delete cannot be looked up.');
  if (request === 'events' && task === 'delete') return { events: listOf(asked, 'eids') };
  if (request !== '') return null;
  // The list is of files in the folder of the event, its film among them.
  if (view === 'video' && params.has('deleteIndex')) return { events: [params.get('eid') ?? ''] };
  if (method !== 'POST' || !form.some(([name]) => name === 'action')) return null;
  if (view === 'filter' && [...params].some(([name, value]) => /^filter\[Auto(Delete|Move|Execute)\]$/.test(name) && isTrue(value)))
    throw blocked('A filter deletes what nobody can name beforehand.');
  if (action !== 'delete') return null;
  if (view === 'events') {
    // ZoneMinder looks for `eidss` first.
    const other = listOf(asked, 'eidss');
    return { events: other.length > 0 ? other : listOf(asked, 'eids') };
  }
  if (view === 'event') return { events: [params.get('eid') ?? ''] };
  if (view === 'console') return { monitors: listOf(asked, 'markMids') };
  if (view === 'options' && params.get('object') === 'storage') throw blocked('With a storage area all recordings on it would be lost.');
  return null;
}

function deletedByApi(asked: Asked): Named | null {
  const told = readApi(asked);
  if (!told || (told.action !== 'DELETE' && told.action !== 'delete')) return null;
  if (told.controller === 'events') return { events: [told.id] };
  if (told.controller === 'frames') return { frames: [told.id] };
  if (told.controller === 'monitors') return { monitors: [told.id] };
  if (told.controller === 'storage') throw blocked('With a storage area all recordings on it would be lost.');
  return null;
}

/** By the rest of an event's row the gate judges who may see it, and what must stay: an event that is moved in time first is held no longer. */
const changeable = /^(?:Event\[(?:Name|Cause|Notes|Archived)\]|Name|Cause|Notes|Archived)$/;
/** Beside the row: never goes on, or is read by itself. */
const besideRow = /^(?:_method|token|auth|user|pass|username|password)$/;

/**
 * Problem `route-blocked`: it would change, or make, what facts are looked up from. CakePHP takes a row in more spellings (`data[Event][…]`, and an
 * `Event[Id]` that is another one than that of the path): none of them is a page's.
 */
function judgeChange(asked: Asked): void {
  const told = readApi(asked);
  if (told?.controller !== 'events' || told.action === 'DELETE' || told.action === 'delete') return;
  const outer = typeof asked.json === 'object' && asked.json !== null ? Object.entries(asked.json) : [];
  const inJson = outer.flatMap(([name, value]: [string, unknown]) => (name === 'Event' && typeof value === 'object' && value !== null ? Object.keys(value) : [name]));
  const other = [...asked.form.map(([name]) => name), ...inJson].find((name) => !changeable.test(name) && !besideRow.test(name));
  if (other !== undefined) throw blocked('Of a recording its name, cause, notes and keeping are changed here, and nothing that it is judged by.');
}

/** A row as the interface for programs takes it: `Event[Archived]=0`, or JSON with or without `Event` around it. */
function archivedIn({ params, json }: Asked): string | undefined {
  const form = params.get('Event[Archived]') ?? params.get('Archived');
  if (form !== undefined) return form;
  const outer = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const row = typeof outer['Event'] === 'object' && outer['Event'] !== null ? (outer['Event'] as Record<string, unknown>) : outer;
  return 'Archived' in row ? String(Number(row['Archived']) || 0) : undefined;
}

function unkept(asked: Asked): Named | null {
  const { params } = asked;
  const told = readApi(asked);
  if (told) {
    if (told.controller !== 'events') return null;
    // It turns whatever it finds over.
    if (told.action === 'archive') return { events: [told.id] };
    const archived = archivedIn(asked);
    return ['PUT', 'POST', 'PATCH', 'edit'].includes(told.action) && archived !== undefined && !isTrue(archived)
      ? { events: [told.id] }
      : null;
  }
  const [request, view, action, task] = ['request', 'view', 'action', 'task'].map((name) => params.get(name) ?? '');
  if (request === 'event' && action === 'unarchive') return { events: listOf(asked, 'id') };
  if (request === 'events' && task === 'unarchive') return { events: listOf(asked, 'eids') };
  if (request === '' && view === 'events' && action === 'unarchive') return { events: listOf(asked, 'eids') };
  if (request === '' && view === 'event' && action === 'unarchive') return { events: [params.get('eid') ?? ''] };
  return null;
}

/** Recordings that are gone already are left out. Problems: `route-blocked`, `vms-unreachable`, `vms-refused`, `vms-fault`. */
async function find(device: Device, named: Named, options: CallOptions): Promise<Footage[]> {
  const there = async (work: Promise<{ footage: Footage }>): Promise<Footage[]> => {
    try {
      return [(await work).footage];
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.code === 'footage-missing') return [];
      throw thrown;
    }
  };
  const found: Footage[] = [];
  for (const id of new Set(named.events)) found.push(...(await there(lookUp(device, numberOf(id), options))));
  for (const id of new Set(named.frames)) found.push(...(await there(lookUpByFrame(device, numberOf(id), options))));
  for (const id of new Set(named.monitors)) found.push(...(await lookUpMonitor(device, numberOf(id), options)));
  return found;
}

/** Null: nothing. `event` is `*` where a camera goes with all that it recorded. */
export async function deletes(device: Device, asked: Asked, options: CallOptions): Promise<readonly Footage[] | null> {
  if (!isPage(asked.path)) judgeChange(asked);
  const named = isPage(asked.path) ? deletedByPage(asked) : deletedByApi(asked);
  return named && (await find(device, named, options));
}

/** What would be Archived no more, and so be deleted by whatever filter comes next. Null: nothing. */
export async function unkeeps(device: Device, asked: Asked, options: CallOptions): Promise<readonly Footage[] | null> {
  const named = unkept(asked);
  return named && (await find(device, named, options));
}
