// What ids stand for: steps, bases, sites, cameras. Asked once for all screens; until it is there, and for what it does not know, the id itself.
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import type { AnswerOf } from '../api/ask.js';
import type { Word } from '../words/language.js';
import { useAnswer } from './use-answer.js';

type Words = AnswerOf<'GET /api/v1/words'>;
export type Site = Words['sites'][number];

export interface Names {
  step(step: string): Word;
  basis(basis: string): Word;
  site(site: string): string;
  /** Of a role: `<city>`, `<city>/<site>`; null for `*`. */
  place(place: string): string | null;
  camera(camera: string): string;
  /** Where this person holds a role, with their cameras. */
  sites: readonly Site[];
}

const none: Words = { steps: [], bases: [], sites: [] };
const Naming = createContext<Names>(namesOf(none));

function namesOf({ steps, bases, sites }: Words): Names {
  const word = ({ zh, en }: { zh: string; en: string }): Word => [zh, en];
  const stepNames = new Map(steps.map((it) => [it.step, word(it)]));
  const basisNames = new Map<string, Word>(bases.map((it) => [it.basis, word(it)]));
  const siteNames = new Map(sites.map(({ id, name }) => [id, name]));
  const cityNames = new Map(sites.map(({ city, cityName }) => [city, cityName]));
  const cameraNames = new Map(sites.flatMap(({ cameras }) => cameras.map(({ id, name }) => [id, name])));
  return {
    step: (step) => stepNames.get(step) ?? [step, step],
    basis: (basis) => basisNames.get(basis) ?? [basis, basis],
    site: (site) => siteNames.get(site) ?? site,
    place: (place) => (place === '*' ? null : place.includes('/') ? (siteNames.get(place.split('/')[1]!) ?? place) : (cityNames.get(place) ?? place)),
    camera: (camera) => cameraNames.get(camera) ?? camera,
    sites,
  };
}

export function NamesProvider({ children }: { children: ReactNode }) {
  const asked = useAnswer('GET /api/v1/words', {});
  const answer = asked.kind === 'there' ? asked.answer : none;
  const names = useMemo(() => namesOf(answer), [answer]);
  return <Naming value={names}>{children}</Naming>;
}

export const useNames = (): Names => useContext(Naming);
