// What every table on paper is made of: headings, rows of text, and what stands above and below them.

export interface Column {
  title: string;
  /** Share of the width; a spreadsheet takes it as characters. */
  width: number;
}

export interface Table {
  columns: readonly Column[];
  /** One text for each column. */
  rows: readonly (readonly string[])[];
}
