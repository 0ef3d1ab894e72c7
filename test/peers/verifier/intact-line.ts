// What the page says of a package that is whole, by what the package's own manifest says.
import { entriesPath } from '../../../plugin/evidence/layout.js';
import { requestId } from '../../support/evidence/sealed-package.js';

export function intactLine(files: ReadonlyMap<string, Buffer>): string {
  const { files: listed, contents } = JSON.parse(files.get('manifest.json')!.toString()) as { files: unknown[]; contents: { sha256: string } };
  const entries = files.get(entriesPath)!.toString().trimEnd().split('\n').length;
  return `intact · 完整无误: ${requestId}, ${listed.length} files, ${entries} entries; 证据内容摘要 contents ${contents.sha256}`;
}
