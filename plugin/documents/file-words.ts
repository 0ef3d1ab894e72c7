// What papers call the files of a package: kind and format, in Chinese.
import type { ArtifactRole } from '../domain/artifact.js';

export const roleWords: Record<ArtifactRole, string> = {
  original: '原件(原始录像)',
  excerpt: '原件节录(未重新编码)',
  units: '接收单元清单',
  coverage: '覆盖情况',
  viewing: '查阅件(带标记,非原件)',
  masked: '遮挡查阅件(非原件)',
  working: '工作副本(非原件)',
  verifier: '核验页面',
  document: '文书',
};

const formats: Record<string, string> = { mp4: 'MP4', mov: 'MOV', mkv: 'Matroska', json: 'JSON', ndjson: 'NDJSON', html: 'HTML', pdf: 'PDF' };

export function formatOf(path: string): string {
  const ending = path.slice(path.lastIndexOf('.') + 1);
  return formats[ending] ?? ending;
}
