// 登记表摘录: the rows of this request in the statutory register, as they stood when the package was made (799 art 16(2)(3)).
import { lawBlocks } from './law-lines.js';
import type { Making, Paper } from './paper.js';
import type { Table } from './table.js';

/** `sheet`: the register's own table; `site`: whose register. */
export const registerExtract = (requestId: string, site: string, sheet: Table, making: Making): Paper => ({
  letter: 'G',
  requestId,
  title: '信息调用登记表(摘录)',
  layout: 'landscape',
  isSealed: true,
  blocks: [
    { kind: 'text', text: `场所:${site}。本件摘录申请 ${requestId} 截至制作时的登记 ${sheet.rows.length} 条;流水号为日志条目号,登记表全本存于该单位。` },
    { kind: 'table', columns: sheet.columns, rows: sheet.rows },
    { kind: 'signatures', slots: ['登记单位经办人'], seal: site },
    ...lawBlocks(making),
  ],
});
