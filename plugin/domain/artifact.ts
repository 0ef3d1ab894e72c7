// A file in custody: what it is, what it was made from, and the hashes that follow it.

export const artifactRoles = ['original', 'excerpt', 'units', 'coverage', 'viewing', 'masked', 'verifier'] as const;
export type ArtifactRole = (typeof artifactRoles)[number];

/** A file that the arguments name and that was written for them: its text, or the sum of what is too large to tell. */
export type RecipeFile = { name: string; text: string } | { name: string; sha256: string };

/** How a derivative was made, so that it can be made again. */
export interface Recipe {
  tool: string;
  /** First line of the tool's own version answer. */
  version: string;
  /** Exact arguments; folders of the work place replaced by `{work}`. */
  arguments: readonly string[];
  /** What else the arguments read, beside the parent. */
  beside?: readonly RecipeFile[];
}

/** Bytes with their sums, digests in lower-case hex: SHA-256, SM3 (GB/T 32905), and the CRC-32 that a ZIP header wants. */
export interface Digest {
  bytes: number;
  sha256: string;
  sm3: string;
  crc32: number;
}

/** A file in custody that is not handed over, by its path there and its sums. */
export type SealedParent = Pick<Artifact, 'path' | 'bytes' | 'sha256' | 'sm3'>;

export interface Artifact extends Digest {
  /** Place in the package: `original/cam-1/01.mp4`. */
  path: string;
  role: ArtifactRole;
  /** Path of the file it was made from. */
  parent?: string;
  /** The sealed file that an excerpt was cut from, or a copy made of, where that stays with the custodian. */
  sealedParent?: SealedParent;
  recipe?: Recipe;
  /** Of a viewing or masked copy: pictures of its parent that no decoder makes anything of, and that it therefore does not show; left out where there are none. */
  undecoded?: number;
  /** Id of the sealed object that holds it. */
  object: string;
}
