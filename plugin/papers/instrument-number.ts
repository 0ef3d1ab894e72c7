// Does a number look as a 调取证据通知书 is usually numbered, ×公(×)调证字〔年〕×号? It only tells the verifier: organs number as they like.

/** All that Unicode knows as an opening or a closing one, and what is typed for one; widths are made one by NFKC. */
const [open, close] = ['[\\p{Ps}\\p{Pi}<]', '[\\p{Pe}\\p{Pf}>]'];
const usual = new RegExp(`^.+公${open}[^\\d]+${close}调证字${open}(?:19|20)\\d\\d${close}第?\\d+(?:-\\d+)?号$`, 'u');
/** Spaces of every width, and letters that do not show. */
const unseen = /[\s\p{Cf}]+/gu;

export interface Warning {
  zh: string;
  en: string;
}

/** null where it looks as usual. */
export function warnOfNumber(number: string): Warning | null {
  const plain = number
    .normalize('NFKC')
    .replaceAll(unseen, '')
    .replaceAll('調', '调')
    .replaceAll(/[證証]/g, '证')
    .replaceAll('號', '号');
  if (usual.test(plain)) return null;
  return {
    zh: '文书编号与常见形式“×公(×)调证字〔年〕×号”不同,请核验人对照原件。',
    en: 'The number is not of the usual form ×公(×)调证字〔year〕×号; hold it against the paper.',
  };
}
