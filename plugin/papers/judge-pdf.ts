// A PDF looked at without opening it (ISO 32000): head, end, and names that say it would do something. What lies in compressed object
// streams is not seen from here: such a file is only ever served as an attachment in a sandbox.
import { refuseScan, type Scan } from './scan.js';

const head = /^%PDF-[12]\.\d/;
/** `%%EOF` has to stand in the last bytes (implementation note on 7.5.5). */
const TAIL = 1024;
/** A name has 127 bytes at most (annex C); each may be written in three. */
const LONGEST_NAME = 3 * 127;
/** Bounds the walk; a page of 20 MB in compressed streams has some 80,000 slashes by chance. */
const MOST_NAMES = 1_000_000;

/** Names that make a paper act, or carry another file. `OpenAction` itself only says where to begin to read: with a script it needs the first. */
const active: Record<string, string> = {
  JavaScript: '脚本',
  Launch: '启动程序的动作',
  EmbeddedFile: '内嵌文件',
  EmbeddedFiles: '内嵌文件',
  RichMedia: '多媒体内容',
  Rendition: '播放多媒体的动作',
  SubmitForm: '提交表单的动作',
  ImportData: '导入数据的动作',
  GoToE: '打开内嵌文件的动作',
  XFA: 'XFA 动态表单',
};

/** Problem `scan-refused`. */
export function judgePdf(file: Buffer): Scan {
  if (!head.test(file.toString('latin1', 0, 8)))
    refuseScan('broken', 'Its version is none that PDF has (1.x, 2.x).', '文件头所示 PDF 版本不存在。');
  const tail = file.toString('latin1', Math.max(0, file.length - TAIL));
  const end = tail.lastIndexOf('%%EOF');
  if (end < 0)
    refuseScan(
      'broken',
      'It begins like a PDF and has no end (%%EOF): it did not come whole.',
      '开头像 PDF 但没有结尾(%%EOF),文件不完整。',
    );
  if (/[^\0\s]/.test(tail.slice(end + 5)))
    refuseScan(
      'more-behind-the-end',
      'Something follows the end of the PDF: a second file hides there. Save it anew.',
      'PDF 结尾之后还有内容,可能夹带另一文件,请重新另存。',
    );
  const pages = countPages(file);
  return { kind: 'pdf', mediaType: 'application/pdf', ...(pages > 0 && { pages }) };
}

/** Looks at every name on the way. */
function countPages(file: Buffer): number {
  let pages = 0;
  let before = '';
  let names = 0;
  for (let at = file.indexOf(0x2f); at >= 0; at = file.indexOf(0x2f, at + 1)) {
    if (++names > MOST_NAMES) refuseScan('broken', 'It holds more names than a paper can have.', '其中名称过多,不是正常文书。');
    const name = readName(file, at + 1);
    if (Object.hasOwn(active, name))
      refuseScan(
        'active-pdf',
        `It has /${name}: a paper that runs something or carries another file is not taken. Print it to a new PDF, or scan it.`,
        `其中含有 /${name}(${active[name]!}):不接受会执行动作或夹带文件的文书。请打印为新的 PDF 或重新扫描。`,
      );
    if (name === 'Encrypt')
      refuseScan(
        'encrypted-pdf',
        'It is encrypted, and whoever verifies it could not read it. Save it without a password.',
        '该 PDF 已加密,核验人无法阅读。请去除密码后另存。',
      );
    if (before === 'Type' && name === 'Page') pages++;
    before = name;
  }
  return pages;
}

/** The name behind a slash, with `#4a` read as the letter it stands for (7.3.5): `/J#61vaScript` is one. */
function readName(file: Buffer, from: number): string {
  let name = '';
  for (let at = from; at < file.length && at - from < LONGEST_NAME; at++) {
    const byte = file[at]!;
    if (!isRegular(byte)) break;
    const escaped = byte === 0x23 ? Number.parseInt(file.toString('latin1', at + 1, at + 3), 16) : Number.NaN;
    // In a picture's bytes a name may go on for long; the ones that are looked for are short.
    if (name.length > 16) return '';
    name += String.fromCharCode(Number.isNaN(escaped) ? byte : escaped);
    if (!Number.isNaN(escaped)) at += 2;
  }
  return name;
}

/** Neither white space nor a delimiter (7.2.3). */
const isRegular = (byte: number): boolean => byte > 0x20 && !'()<>[]{}/%'.includes(String.fromCharCode(byte));
