// Size and line breaks of a mark, from the picture's size: drawtext neither wraps nor shrinks.
import type { Filter } from '../ffmpeg.js';
import type { MarkFiles, Scene } from './mark.js';

const usualSize = ({ width, height }: Pick<Scene, 'width' | 'height'>): number => Math.min(96, Math.max(14, Math.round(Math.min(height / 27, width / 34))));
const smallestSize = 8;
/** A mark must not hide more of the picture than this. */
const mostHeight = 0.5;
/** In sizes of the font. */
export const lineHeight = 1.5;

const margin = (size: number): number => Math.round(size * 0.6);
const padding = (size: number): number => Math.round(size * 0.4);

/** Width of a character in em, of the shipped font, rounded up: overflow would cut a name off. */
export function widthOf(character: string): number {
  if (character === ' ') return 0.3;
  if (/^[MW@%mw—…]$/u.test(character)) return 1;
  if (/^[ -~]$/u.test(character)) return /[A-Z]/.test(character) ? 0.75 : 0.62;
  return character.codePointAt(0)! < 0x250 ? 0.8 : 1;
}

/** Breaks at blanks where that helps, else anywhere: Chinese breaks between any two characters. */
function wrap(line: string, most: number): string[] {
  const lines: string[] = [];
  let current = '';
  let width = 0;
  for (const word of line.match(/[!-~]+|\s+|./gu) ?? []) {
    const measure = (text: string): number => [...text].reduce((sum, character) => sum + widthOf(character), 0);
    if (current && width + measure(word) > most && measure(word) <= most) {
      lines.push(current.trimEnd());
      [current, width] = ['', 0];
    }
    for (const character of word) {
      if (!current && character === ' ') continue;
      if (current && width + widthOf(character) > most) {
        lines.push(current.trimEnd());
        [current, width] = ['', 0];
      }
      current += character;
      width += widthOf(character);
    }
  }
  return current ? [...lines, current.trimEnd()] : lines;
}

/** Characters that would move, hide or turn round what follows: controls, line breaks, marks of writing direction. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/gu;
const longestField = 120;

/** One line of people's text, safe to draw. */
export const printable = (text: string): string => oneLine(text, longestField);

/** The same, cut with “…” behind so many characters. */
export function oneLine(text: string, longest: number): string {
  const line = text.replace(unprintable, ' ').replace(/\s+/gu, ' ').trim();
  const characters = [...line];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : line;
}

/** Lines as they fit, and the size in pixels at which they do: at most `largest`, in so much of the picture's height. At the smallest size what
 *  is too much is cut, with “…”. */
export function fit(
  scene: Pick<Scene, 'width' | 'height'>,
  lines: readonly string[],
  { largest = usualSize(scene), height = mostHeight } = {},
): { size: number; lines: string[]; isCut: boolean } {
  for (let size = largest; ; size--) {
    const most = (scene.width - 2 * (margin(size) + padding(size))) / size;
    const wrapped = lines.flatMap((line) => wrap(line, most));
    const room = Math.max(1, Math.floor((scene.height * height) / (size * lineHeight)));
    if (wrapped.length <= room) return { size, lines: wrapped, isCut: false };
    if (size <= smallestSize) return { size, lines: [...wrapped.slice(0, room - 1), '…'], isCut: true };
  }
}

/** White on a box dark enough that the text can be read back from any picture. */
export function drawtext(
  size: number,
  files: MarkFiles,
  expansion: 'none' | 'normal',
  place: (distance: number) => { x: string; y: string },
): Filter {
  return {
    filter: 'drawtext',
    options: {
      fontfile: files.font,
      textfile: files.text,
      expansion,
      fontsize: size,
      fontcolor: 'white',
      box: 1,
      boxcolor: 'black@0.75',
      boxborderw: padding(size),
      line_spacing: Math.round(size * 0.3),
      ...place(margin(size) + padding(size)),
    },
  };
}
