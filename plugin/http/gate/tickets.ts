// A request for footage that wants a reason first: what was asked for, kept until its person states one on the gate's own page.
import { randomBytes } from 'node:crypto';
import type { Item } from '../../domain/export-request.js';
import type { Person } from '../../domain/subject.js';
import { put } from './sessions.js';

const ALIVE_MS = 30 * 60_000;
const MOST = 5_000;

export interface Ticket {
  id: string;
  person: Person;
  recorder: string;
  item: Item;
  /** Where the person goes on to, on the video system's pages. */
  backTo: string;
  /** Something that leaves as a file: only a released request lets it. */
  file: boolean;
  /** Good once: a page that was sent off cannot be sent off again. */
  formToken: string;
  drawnAt: number;
}

const draw = (bytes: number): string => randomBytes(bytes).toString('base64url');

export class Tickets {
  readonly #tickets = new Map<string, Ticket>();
  /** What a ticket is about → its id. */
  readonly #about = new Map<string, string>();

  constructor(private readonly now: () => Date) {}

  /** Asked for again, it is the same ticket: a page of thumbnails draws one for each event. */
  draw(about: Omit<Ticket, 'id' | 'formToken' | 'drawnAt'>): Ticket {
    const key = JSON.stringify([about.person.pseudonym, about.recorder, about.item, about.file]);
    const same = this.find(this.#about.get(key) ?? '');
    const ticket = { ...about, id: same?.id ?? draw(12), formToken: same?.formToken ?? draw(24), drawnAt: this.now().getTime() };
    put(this.#about, key, ticket.id, MOST);
    put(this.#tickets, ticket.id, ticket, MOST);
    return ticket;
  }

  find(id: string): Ticket | null {
    const ticket = this.#tickets.get(id);
    return ticket && this.now().getTime() - ticket.drawnAt < ALIVE_MS ? ticket : null;
  }

  /** Spends the form's token: a page that was sent off cannot be sent off again, and a page shown anew has a new one. */
  spend(ticket: Ticket, formToken: string): boolean {
    if (this.find(ticket.id)?.formToken !== formToken) return false;
    put(this.#tickets, ticket.id, { ...ticket, formToken: draw(24) }, MOST);
    return true;
  }
}
