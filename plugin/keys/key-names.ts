// Names of key files: what a key is for, and its number. The highest number is in use, the others are former keys.

/** `log` signs checkpoints, `manifest` signs packages: one cannot be made to say the other's words. */
export const signingKinds = ['log', 'manifest'] as const;
export type SigningKey = (typeof signingKinds)[number];
/** `tokens` signs what a sign-in hands out, `master` wraps the keys of sealed objects. */
export const secretKinds = ['tokens', 'master'] as const;
export type SecretKey = (typeof secretKinds)[number];
export const keyKinds = [...signingKinds, ...secretKinds] as const;
export type KeyKind = (typeof keyKinds)[number];

/** Of one kind: as many as a receiver's key file may hold, and as a start can open within seconds. */
export const mostKeys = 32;

/** `log.pem`, `log-2.pem`; `tokens.key`; `master-1.key`. */
export function keyName(kind: KeyKind, number: number): string {
  const end = kind === 'log' || kind === 'manifest' ? 'pem' : 'key';
  return number === 1 && kind !== 'master' ? `${kind}.${end}` : `${kind}-${number}.${end}`;
}

/** Numbers of the keys of this kind among these file names, ascending. */
export function numbersOf(kind: KeyKind, names: readonly string[]): number[] {
  const numbers = names.flatMap((name) => Number(/^[a-z]+-([1-9]\d{0,5})\.(?:pem|key)$/.exec(name)?.[1] ?? 1));
  return numbers.filter((number, at) => names[at] === keyName(kind, number)).sort((a, b) => a - b);
}
