// A text as a QR code (ISO/IEC 18004). The one door to qr.
import encodeQR from 'qr';

/** Rows of squares, true for black, without the quiet zone of four squares that belongs round it. Up to 15 of a hundred may be smudged. */
export const qrCode = (text: string): boolean[][] => {
  // Without any edge it makes none.
  const edged = encodeQR(text, 'raw', { ecc: 'medium', border: 1 });
  return edged.slice(1, -1).map((row) => row.slice(1, -1));
};
