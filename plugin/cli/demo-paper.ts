// The demo's paper: one page of PDF that says of itself that it is invented, in both languages.

/** UTF-16, hex: what the font's encoding takes. */
const utf16 = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex');

const page = [
  `BT /Song 22 Tf 72 740 Td <${utf16('示例文书(仅供演示,不具任何效力)')}> Tj ET`,
  'BT /Helvetica 14 Tf 72 700 Td (Invented for the demo of ExportGate. No document of any authority.) Tj ET',
  `BT /Song 14 Tf 72 660 Td <${utf16('编号:示例公(刑)调证字〔2026〕12号')}> Tj ET`,
].join('\n');

const objects = [
  '<< /Type /Catalog /Pages 2 0 R >>',
  '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /Helvetica 5 0 R /Song 6 0 R >> >> >>',
  `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
  '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [7 0 R] >>',
  '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 8 0 R >>',
  '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>',
];

/** Objects, the table of where each lies, and the way to the table (ISO 32000, 7.5). */
export function demoPaper(): Buffer {
  let text = '%PDF-1.5\n';
  const places: number[] = [];
  for (const [at, object] of objects.entries()) {
    places.push(text.length);
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
  }
  const table = ['0000000000 65535 f ', ...places.map((place) => `${String(place).padStart(10, '0')} 00000 n `)];
  text += `xref\n0 ${table.length}\n${table.join('\n')}\ntrailer << /Size ${table.length} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}
