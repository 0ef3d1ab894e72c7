// docs/ref/cli.md has every verb of the program with its arguments and options, and no other; and says which problems are the caller's own.
import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { exitOf } from '../../plugin/cli/outcome.js';
import { makeProgram, type FrontDoor } from '../../plugin/cli/program.js';
import { Problem, problems, type ProblemCode } from '../../plugin/domain/problem.js';
import { read } from './sources.js';

const document = read('docs/ref/cli.md');
const program = makeProgram({ version: '0', policies: 'policies', demo: {}, recorders: {} } as FrontDoor, () => undefined);

/** `--json`, `--out PLACE`: a flag, and whether it takes a word. */
const flagsOf = (command: Command): string[] => command.options.map(({ long, flags }) => long! + (/[<[]/.test(flags) ? ' WORD' : '')).sort();

/** Verbs by their full name, `request show`. */
function verbsOf(command: Command, before: readonly string[] = []): Map<string, { words: string[]; flags: string[] }> {
  if (command.commands.length > 0) return new Map(command.commands.flatMap((it) => [...verbsOf(it, [...before, it.name()])]));
  const words = command.registeredArguments.map((it) => (it.required ? it.name().toUpperCase() : `[${it.name().toUpperCase()}]`));
  return new Map([[before.join(' '), { words, flags: flagsOf(command) }]]);
}
const verbs = verbsOf(program);

/** What stands in a heading, or first in a row of a table, behind “## Verbs …”: usages of verbs. */
const usages = document
  .split(/^(?=## )/m)
  .filter((part) => part.startsWith('## Verbs'))
  .flatMap((part) => [...part.matchAll(/^(?:### (.*)|\| (`[^|]*`) \|)/gm)])
  .flatMap(([, heading, cell]) => [...(heading ?? cell)!.matchAll(/`([^`]+)`/g)].map(([, usage]) => usage!));
const verbIn = (usage: string): string => [...verbs.keys()].find((verb) => usage === verb || usage.startsWith(`${verb} `)) ?? '';

/** `review ID --approve [--plan DIGEST]` → its words and its flags. */
function parse(usage: string, verb: string): { words: string[]; flags: string[] } {
  const rest = usage.slice(verb.length);
  const flags = [...rest.matchAll(/(--[a-z-]+)( [A-Za-z-]+(?:\|[a-z]+)*)?/g)].map(([, flag, word]) => flag! + (word ? ' WORD' : ''));
  return { words: rest.replace(/\[?--[a-z-]+( [A-Za-z-]+(?:\|[a-z]+)*)?\]?/g, '').split(/[ |]+/).filter(Boolean), flags };
}

describe('docs/ref/cli.md', () => {
  it('has no verb that the program lacks', () => assert.deepEqual(usages.filter((usage) => verbIn(usage) === ''), []));

  for (const [verb, { words, flags }] of verbs)
    it(`has ${verb}, with its arguments and options`, () => {
      const told = usages.filter((usage) => verbIn(usage) === verb).map((usage) => parse(usage, verb));
      assert.notEqual(told.length, 0, 'it is missing');
      assert.deepEqual([...new Set(told.flatMap((it) => it.words))], words);
      assert.deepEqual([...new Set(told.flatMap((it) => it.flags))].sort(), flags);
    });

  it('has the global options', () => {
    const table = document.split(/^(?=## )/m).find((part) => part.startsWith('## Global options'))!;
    const told = [...table.matchAll(/^\| `(--[a-z-]+)( [A-Z]+)?`/gm)].map(([, flag, word]) => flag! + (word ? ' WORD' : ''));
    assert.deepEqual(told.sort(), flagsOf(program).filter((flag) => flag !== '--version'));
  });

  it('lists the problems that end a verb with 2', () => {
    const list = /ends 2, and no other does:([\s\S]*?)\n\n/.exec(document)?.[1] ?? '';
    const usage = (Object.keys(problems) as ProblemCode[]).filter((code) => exitOf(new Problem(code, '')) === 2);
    assert.deepEqual([...list.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!).sort(), usage.sort());
  });
});
