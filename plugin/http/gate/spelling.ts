// One character in every way in which JSON, script, HTML or an address may write it.

const names: Record<string, string> = { ':': 'colon', '/': 'sol', ';': 'semi', ',': 'comma', '+': 'plus' };
const plain = (character: string): string => (character === '+' ? '\\+' : character === '/' ? '\\\\{0,8}/' : character);

/** Source of an expression that is to ignore case; a slash may have backslashes before it. */
export function anySpelling(character: ':' | '/' | ';' | ',' | '+'): string {
  const number = character.charCodeAt(0);
  const hex = number.toString(16);
  return `(?:${plain(character)}|%${hex}|&#0{0,4}${number};|&#x0{0,4}${hex};|&${names[character]};|\\\\{1,8}u00${hex}|\\\\{1,8}x${hex})`;
}
