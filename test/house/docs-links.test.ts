// Relative links of our documents lead somewhere.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesIn, read, root } from './sources.js';

/** Targets of links and pictures, outside of code. */
const linksOf = (text: string): string[] => {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g), ...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)].map(
    ([, target]) => target!,
  );
};

/** The anchors that a document's headings make (GitHub's rule, as far as our headings need it). */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#{1,6} +(.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

const isElsewhere = (target: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(target);

describe('links in documents', () => {
  for (const file of filesIn('.', /\.md$/))
    it(`of ${file} lead somewhere`, () => {
      const dead = linksOf(read(file)).filter((target) => {
        if (isElsewhere(target)) return false;
        const [path, anchor] = decodeURI(target).split('#');
        const to = path ? join(dirname(file), path) : file;
        return !existsSync(join(root, to)) || (anchor !== undefined && to.endsWith('.md') && !anchorsOf(read(to)).includes(anchor));
      });
      assert.deepEqual(dead, []);
    });

  it('are found where they are', () => {
    assert.deepEqual(linksOf('[a](b.md) ![c](d.png "e") `[x](y)`\n```\n[x](y)\n```\n[r]: f.md\n'), ['b.md', 'd.png', 'f.md']);
  });
});
