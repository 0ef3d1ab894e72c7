// Sizes as people write them: `20GiB` → bytes. Binary units only, because a disk that is short by 7 % is still short.

const units = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;

export const sizePattern = /^(\d{1,6})(B|KiB|MiB|GiB|TiB)$/;

/** `20GiB` → 21474836480; null where the text is not a size. */
export function parseSize(text: string): number | null {
  const [, count, unit] = sizePattern.exec(text) ?? [];
  return count === undefined ? null : Number(count) * units[unit as keyof typeof units];
}
