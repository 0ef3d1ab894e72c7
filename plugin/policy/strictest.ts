// Many duties of several rows → the strictest of each kind, whatever the order they come in.
import type { Duty, DutyKind } from '../domain/duty.js';
import { duties, dutyKinds } from './duties/index.js';
import type { DutyCraft, Misread, PlanDraft } from './duties/reading.js';

/** The craft of a kind, where the compiler cannot follow that kind and duty belong together. */
const craftOf = (kind: DutyKind) => duties[kind] as unknown as DutyCraft<DutyKind>;

/** `officers:2` → the duty, or what would be right. */
export function readDuty(word: string): Duty | Misread {
  const colon = word.indexOf(':');
  const kind = dutyKinds.find((known) => known === word.slice(0, colon));
  if (colon < 1 || !kind) return { wanted: `one of ${dutyKinds.join(', ')}, each followed by : and its value` };
  return craftOf(kind).read(word.slice(colon + 1));
}

/** One duty per kind, in the order of the list of kinds. */
export function strictest(all: readonly Duty[]): Duty[] {
  const found = new Map<DutyKind, Duty>();
  for (const duty of all) {
    const known = found.get(duty.kind);
    found.set(duty.kind, known ? craftOf(duty.kind).stricter(known, duty) : duty);
  }
  return dutyKinds.flatMap((kind) => found.get(kind) ?? []);
}

/** `{ kind: 'officers', least: 2 }` → `officers:2`. */
export const writeDuty = (duty: Duty): string => `${duty.kind}:${craftOf(duty.kind).write(duty as never)}`;

/** What a plan holds, as duties, in the order of the list of kinds. */
export const dutiesOf = (draft: PlanDraft): Duty[] => dutyKinds.flatMap((kind) => craftOf(kind).of(draft) ?? []);

/** Is `a` at least as strict as `b` in every kind that `b` names? By what a plan makes of them: a privacy review asks for a step too. */
export const coversAll = (a: readonly Duty[], b: readonly Duty[]): boolean => {
  const words = (list: readonly Duty[]): string => dutiesOf(applyAll(list)).map(writeDuty).join(' ');
  return b.length === 0 || words([...a, ...b]) === words(a);
};

export const applyAll = (all: readonly Duty[]): PlanDraft =>
  strictest(all).reduce<PlanDraft>((draft, duty) => craftOf(duty.kind).apply(draft, duty), {});
