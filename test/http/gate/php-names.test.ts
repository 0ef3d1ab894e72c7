// PHP's rule for names that come in by query or form, whole (main/php_variables.c). test/peers/php-names.test.ts asks PHP itself.
import assert from 'node:assert/strict';
import { phpName, spellPhpName } from '../../../plugin/http/gate/php-name.js';

const nested = (depth: number): string => `a${'[x]'.repeat(depth)}`;

/** Sent, decoded → as PHP reads it; null: it is dropped. */
const table: readonly (readonly [string, string | null])[] = [
  ['view', 'view'],
  // blanks and dots
  [' view', 'view'],
  ['   view', 'view'],
  ['view ', 'view_'],
  ['vi ew', 'vi_ew'],
  ['event.id', 'event_id'],
  ['.view', '_view'],
  ['\tview', '\tview'],
  ['', null],
  ['   ', null],
  // NUL ends the name
  ['view\0x', 'view'],
  ['\0view', null],
  ['view[a\0]', 'view_a'],
  ['view[\0', 'view_'],
  // brackets
  ['a[]', 'a[]'],
  ['a[b]', 'a[b]'],
  ['a[b][c]', 'a[b][c]'],
  ['a[][b]', 'a[][b]'],
  ['a[0]', 'a[0]'],
  ['a[b.c]', 'a[b.c]'],
  ['a[b c]', 'a[b c]'],
  ['a.[b]', 'a_[b]'],
  ['a [b]', 'a_[b]'],
  ['a[ ]', 'a[]'],
  ['a[\t]', 'a[]'],
  ['a[ b]', 'a[ b]'],
  ['a[b[c]', 'a[b[c]'],
  ['a]b', 'a]b'],
  [']', ']'],
  ['[a]', null],
  ['[', null],
  // never closed
  ['a[', 'a_'],
  ['a[b', 'a_b'],
  ['a[b.c d', 'a_b_c_d'],
  ['a[b[c', 'a_b_c'],
  ['a[b][c', 'a[b]'],
  ['a[][b', 'a[]'],
  // behind the last bracket
  ['a[b]c', 'a[b]'],
  ['a[b]]', 'a[b]'],
  ['a[]x[y]', 'a[]'],
  // depth
  [nested(64), nested(64)],
  [nested(65), null],
];

describe('a name that PHP reads', () => {
  for (const [sent, read] of table)
    it(`${JSON.stringify(sent.slice(0, 40))} is ${JSON.stringify(read?.slice(0, 40) ?? null)}`, () => {
      const name = phpName(sent);
      assert.equal(name && spellPhpName(name), read);
    });
});
