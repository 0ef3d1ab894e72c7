// Words of the parts that every screen is built from.
import type { Word } from '../words/language.js';

export const partWords = {
  loading: ['正在载入', 'Loading'],
  empty: ['暂无内容', 'Nothing here yet'],
  again: ['重试', 'Try again'],
  forbidden: ['您不能查看此内容', 'This is not yours to see'],
  instance: ['故障编号', 'Occurrence'],
  rows: (count: number): Word => [`已显示 ${count} 条`, `${count} shown`],
  more: ['载入更多', 'Load more'],
  end: ['已全部显示', 'That is all'],
  left: (text: Word): Word => [`还剩 ${text[0]}`, `${text[1]} left`],
  over: (text: Word): Word => [`已超时 ${text[0]}`, `${text[1]} over`],
  days: (days: number, hours: number): Word => [`${days} 天 ${hours} 小时`, `${days} d ${hours} h`],
  hours: (hours: number, minutes: number): Word => [`${hours} 小时 ${minutes} 分`, `${hours} h ${minutes} min`],
  minutes: (minutes: number): Word => [`${minutes} 分钟`, `${minutes} min`],
  beijing: ['北京时间', 'Beijing time'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
} as const satisfies Record<string, Word | ((...given: never[]) => Word)>;
