// Makes assets/verify.html from verifier/: `npx tsx tools/verifier-page.ts`. The modules are stripped of their types and put behind each
// other in one script, comments and all: who wants to know what the page does can read it. A test holds the file against what this makes.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
export const pageFile = path.join(root, 'assets', 'verify.html');
const read = (file: string): string => readFileSync(path.join(root, 'verifier', file), 'utf8');

/** Files that a module needs before it, then itself; each once. */
function inOrder(file: string, done: Set<string> = new Set()): Set<string> {
  const needs = ts
    .preProcessFile(read(file))
    .importedFiles.map(({ fileName }) => path.join(path.dirname(file), fileName).replace(/\.js$/, '.ts'));
  const typeOnly = typeImports(file);
  for (const each of needs) if (!done.has(each) && !typeOnly.has(each)) inOrder(each, done);
  return done.add(file);
}

function typeImports(file: string): Set<string> {
  const parsed = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const declarations = parsed.statements.filter(ts.isImportDeclaration);
  return new Set(
    declarations
      .filter(({ importClause }) => importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
      .map(({ moduleSpecifier }) => path.join(path.dirname(file), (moduleSpecifier as ts.StringLiteral).text).replace(/\.js$/, '.ts')),
  );
}

/** JavaScript of one module without its imports and exports, and the names that it brings into the script. */
function strip(file: string): { text: string; names: string[] } {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(read(file), { compilerOptions: options });
  const parsed = ts.createSourceFile(file, outputText, ts.ScriptTarget.Latest, true);
  const names: string[] = [];
  let text = '';
  for (const statement of parsed.statements) {
    if (ts.isImportDeclaration(statement)) continue;
    if (ts.isExportDeclaration(statement) || ts.isExportAssignment(statement))
      throw new Error(`${file}: only declarations are exported here.`);
    const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations.map(({ name }) => name.getText()) : [];
    names.push(...declared, ...('name' in statement && statement.name ? [(statement.name as ts.Identifier).text] : []));
    text += statement.getFullText().replace(/(^|\n)export (?=(async )?(const|let|function|class|abstract)\b)/, '$1');
  }
  return { text: text.trim(), names };
}

function script(): string {
  const seen = new Map<string, string>();
  const modules = [...inOrder('page/main.ts')].map((file) => {
    const { text, names } = strip(file);
    for (const name of names) {
      if (seen.has(name)) throw new Error(`${file} and ${seen.get(name)!} both declare ${name}; in one script they would be one.`);
      seen.set(name, file);
    }
    return `// ---- ${file}\n${text}\n`;
  });
  const whole = `'use strict';\n(() => {\n${modules.join('\n')}})();\n`;
  if (/<\/script/i.test(whole) || /<!--/.test(whole)) throw new Error('The script would end before its end.');
  return whole;
}

const sumOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** Text of verify.html. */
export function makeVerifierPage(): string {
  const [made, style] = [script(), read('page/page.css')];
  const parts: Record<string, string> = { script: made, style, 'script-sum': sumOf(made), 'style-sum': sumOf(style) };
  return read('page/page.html').replace(/\{\{([a-z-]+)\}\}/g, (_, name: string) => parts[name]!);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pageFile, makeVerifierPage());
