// What the house tests read: the files of the tree, and what each imports.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const notOurs = new Set(['node_modules', '.git', 'dist', 'demo-out', 'coverage']);

/** Files under a folder of the tree, as paths from its root with `/`. None where the folder is missing. */
export function filesIn(folder: string, pattern = /./): string[] {
  const walk = (at: string): string[] =>
    readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
      if (notOurs.has(entry.name)) return [];
      return entry.isDirectory() ? walk(join(at, entry.name)) : entry.isFile() ? [join(at, entry.name)] : [];
    });
  try {
    return walk(join(root, folder))
      .map((file) => relative(root, file))
      .filter((file) => pattern.test(file))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

export interface Import {
  file: string;
  /** A path from the root (`plugin/domain/span.ts`), a package name (`express`, `@a/b`), or `node:…`. */
  of: string;
  kind: 'own' | 'package' | 'node';
  typeOnly: boolean;
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

function resolveImport(file: string, specifier: string, typeOnly: boolean): Import {
  if (specifier.startsWith('node:')) return { file, of: specifier, kind: 'node', typeOnly };
  if (!specifier.startsWith('.')) return { file, of: packageOf(specifier), kind: 'package', typeOnly };
  return { file, of: join(dirname(file), specifier).replace(/\.js$/, '.ts'), kind: 'own', typeOnly };
}

/** Every import of a file: declarations, re-exports, `import()`, `require()` and `createRequire()`, with literal names. */
export function importsOf(file: string, text = read(file)): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean) => {
    if (node && ts.isStringLiteralLike(node)) found.push(resolveImport(file, node.text, typeOnly));
  };
  // `createRequire(…)('package')`, and calls of what createRequire gave.
  const requires = new Set(['require', ...[...text.matchAll(/(\w+)\s*=\s*createRequire\(/g)].map(([, name]) => name)]);
  const isRequire = (callee: string): boolean =>
    requires.has(callee.replace(/\.resolve$/, '')) || /^createRequire\([^)]*\)(\.resolve)?$/.test(callee);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || isRequire(node.expression.getText())))
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

/** Source files of the product. */
export const sources = (): string[] => [...filesIn('plugin', /\.ts$/), ...filesIn('adapters', /\.ts$/)];
