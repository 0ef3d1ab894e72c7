// The page's sources fit their types, those of a browser; the compiler's own run knows only Node's.
import assert from 'node:assert/strict';
import path from 'node:path';
import ts from 'typescript';
import { root } from '../house/sources.js';

describe('sources of verify.html', function () {
  this.timeout(60_000);

  it('fit their types', () => {
    const file = path.join(root, 'verifier', 'tsconfig.json');
    const { fileNames, options, errors } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, path.dirname(file));
    const found = [...errors, ...ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options))];
    assert.ok(fileNames.length > 15);
    assert.deepEqual(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), []);
  });
});
