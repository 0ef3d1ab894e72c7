// Which of the viewing copies of a package each part's is, and how many there are: a copy that is passed on tells that it had brothers.
import { comparePaths } from '../evidence/layout.js';
import type { CameraIndex } from './custody.js';

export interface CopyNumber {
  number: number;
  of: number;
}

/** By path of the part that the copy is made of: from 1, camera by camera in the order of the package's files, part by part. */
export function numberCopies(indexes: readonly CameraIndex[]): Map<string, CopyNumber> {
  const paths = [...indexes]
    .sort((a, b) => comparePaths(`${a.camera}/`, `${b.camera}/`))
    .flatMap(({ coverage }) => coverage.spans.flatMap(({ parts }) => parts))
    .map(({ path }) => path);
  return new Map(paths.map((path, at) => [path, { number: at + 1, of: paths.length }]));
}
