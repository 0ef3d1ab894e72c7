// A text as it may stand in a cell of a spreadsheet: it is never taken for a formula, and nothing in it cannot be seen.

/** Controls, half pairs, what turns a line round or has no width: it would paint another text, or hide one. */
const unseen = /[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

/**
 * OWASP, "CSV Injection": a cell that begins with one of these is run by a spreadsheet, whatever its quotes; the fullwidth ones are too where
 * the spreadsheet takes them for the plain ones. Blanks before it help nobody. Apostrophes before it: so that the way back is exact.
 */
const formula = /^'*\s*[=+\-@＝＋－＠﹢﹣﹦﹫−]/u;

/** What is unseen becomes U+FFFD: a reader sees that something was there. */
export const seen = (text: string): string => text.replace(unseen, '\ufffd');

/** Seen, and with an apostrophe before what a spreadsheet would run. */
export const quoteCell = (text: string): string => {
  const plain = seen(text);
  return formula.test(plain) ? `'${plain}` : plain;
};
