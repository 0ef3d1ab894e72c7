// docs/ref/problems.md has a paragraph per problem, and none that is not in the table.
import assert from 'node:assert/strict';
import { problems, type ProblemCode } from '../../plugin/domain/problem.js';
import { read, sources } from './sources.js';

const sections = (): Map<string, string> => {
  const [, ...parts] = read('docs/ref/problems.md').split(/^### `/m);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('`')), part.slice(part.indexOf('\n') + 1)]));
};
const codes = Object.keys(problems) as ProblemCode[];

describe('problems', () => {
  it('are described one by one, in the order of the table', () => assert.deepEqual([...sections().keys()], codes));

  for (const code of codes)
    it(`${code} has its status, its title, when it comes and what to do`, () => {
      const text = sections().get(code) ?? '';
      assert.ok(
        text.includes(`${problems[code].status} · ${problems[code].title}`),
        `wanted: ${problems[code].status} · ${problems[code].title}`,
      );
      assert.match(text, /\*\*When\*\* .{20,}/);
      assert.match(text, /\*\*Do\*\* .{15,}/);
    });

  it('are thrown somewhere', () => {
    const all = sources()
      .filter((file) => file !== 'plugin/domain/problem.ts')
      .map(read)
      .join('\n');
    assert.deepEqual(
      codes.filter((code) => !all.includes(`'${code}'`)),
      [],
    );
  });
});
