// Styles that antd's packages make while they run, as sheets of the document instead of <style> elements: the console's policy lets no style stand
// in the page, and a sheet that a script builds is none. Takes the place of @rc-component/util's dynamicCSS (tools/build-console.ts).

interface Options {
  prepend?: boolean | 'queue';
  /** Of those that are put before: the smaller stands first. */
  priority?: number;
  mark?: string;
}

interface Kept {
  css: string;
  sheet: CSSStyleSheet;
  /** Where it stands among the others: what is put before, by its priority; then the rest. */
  rank: number;
  /** Its makers mark it with attributes; it is never in the document. */
  handle: HTMLStyleElement;
}

const kept = new Map<string, Kept>();
let anonymous = 0;

const byRank = (a: Kept, b: Kept): number => (a.rank === b.rank ? 0 : a.rank < b.rank ? -1 : 1);

const show = (): void => {
  document.adoptedStyleSheets = [...kept.values()].sort(byRank).map(({ sheet }) => sheet);
};

const nameOf = (key: string, { mark = '' }: Options): string => `${mark} ${key}`;

export function updateCSS(css: string, key: string, options: Options = {}): HTMLStyleElement {
  const name = nameOf(key, options);
  const old = kept.get(name);
  if (old) {
    if (old.css !== css) {
      old.sheet.replaceSync(css);
      old.css = css;
    }
    return old.handle;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const rank = options.prepend === 'queue' ? (options.priority ?? 0) : options.prepend ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const handle = document.createElement('style');
  kept.set(name, { css, sheet, rank, handle });
  show();
  return handle;
}

export function removeCSS(key: string, options: Options = {}): void {
  if (kept.delete(nameOf(key, options))) show();
}

export const injectCSS = (css: string, options: Options = {}): HTMLStyleElement => updateCSS(css, `anonymous-${anonymous++}`, options);

export const clearContainerCache = (): void => undefined;
