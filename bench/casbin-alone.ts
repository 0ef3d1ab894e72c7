// What ours is held against: casbin as its manual has it, one enforcer with every row and every role. Built here from the same texts, with
// none of the gate's code.
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';

export interface CasbinAlone {
  enforce(words: readonly string[]): boolean;
  rows: number;
  /** Reading it in. */
  seconds: number;
}

const among = (list: string, word: string): boolean => list.split(' ').includes(word);
const cityOf = (place: string): string => place.split('/')[0]!;

export async function loadCasbinAlone(texts: Readonly<Record<string, string>>): Promise<CasbinAlone> {
  const begun = performance.now();
  const files = Object.keys(texts).filter((name) => /^(tier-\d|gate|roles|cities\/\d+)\.csv$/.test(name));
  const enforcer = await newEnforcer(
    newModelFromString(texts['model.conf']!),
    new StringAdapter(files.map((file) => texts[file]!).join('\n')),
  );
  await enforcer.addFunction('among', among);
  await enforcer.addFunction('cityOf', cityOf);
  const seconds = (performance.now() - begun) / 1000;
  return { enforce: (words) => enforcer.enforceSync(...words), rows: (await enforcer.getPolicy()).length, seconds };
}
