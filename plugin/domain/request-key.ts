// What of a request ends at one time, and so lies under one key: the sealed original, and what was made of it to be handed over.

export const keyParts = ['original', 'copies'] as const;
export type KeyPart = (typeof keyParts)[number];

/** `EG-310000-SZX01-2026-000123/original`. */
export const keyOf = (requestId: string, part: KeyPart): string => `${requestId}/${part}`;
