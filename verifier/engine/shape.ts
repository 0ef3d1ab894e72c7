// What a value must look like: small tests that are put together. The signature already vouches for a manifest; a shape only keeps the
// checks behind it from reading what is not there.
import type { Json } from './canonical.js';
import { utf8 } from './bytes.js';

export type Shape = (value: Json | undefined) => boolean;

export const isText: Shape = (value) => typeof value === 'string' && value.length >= 1 && value.length <= 4096;
export const isNumber: Shape = (value) => typeof value === 'number';
export const isCount: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isBoolean: Shape = (value) => typeof value === 'boolean';
export const isAnything: Shape = (value) => value !== undefined;
export const isRecord: Shape = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const fits =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
export const oneOf =
  (...words: readonly (string | number)[]): Shape =>
  (value) =>
    words.includes(value as string);
export const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);
export const listOf =
  (shape: Shape, least = 0): Shape =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(shape);

/** These members and no others; a name with `?` behind it may be left out. */
export const members =
  (shapes: Record<string, Shape>): Shape =>
  (value) =>
    isRecord(value) && Object.keys(value as object).every((name) => Object.hasOwn(shapes, name) || Object.hasOwn(shapes, `${name}?`)) && withMembers(shapes)(value);

/** These members, and any others. */
export const withMembers =
  (shapes: Record<string, Shape>): Shape =>
  (value) =>
    isRecord(value) &&
    Object.entries(shapes).every(([name, shape]) => {
      const found = (value as Record<string, Json>)[name.replace(/\?$/, '')];
      return (found === undefined && name.endsWith('?')) || shape(found);
    });

export const isHex64 = fits(/^[0-9a-f]{64}$/);
export const isDigest = fits(/^sha256:[0-9a-f]{64}$/);
export const isInstant = fits(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z$/);

export const mostFiles = 20_000;
export const mostPathBytes = 255;

const segment = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._-]*$/u;
/** May anything of a package bear this path? */
export const isPackagePath = (path: string): boolean =>
  path === path.normalize('NFC') && utf8(path).length <= mostPathBytes && path.split('/').every((part) => segment.test(part));
