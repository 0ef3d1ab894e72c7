// A file in custody: what it is, what it was made from, and the hashes that follow it.

export const artifactRoles = ['original', 'excerpt', 'units', 'coverage', 'viewing', 'masked', 'working', 'verifier', 'document'] as const;
export type ArtifactRole = (typeof artifactRoles)[number];

/** Copies of another file of the package, or of a sealed one: to look at, or to work on. */
export const copyRoles = ['viewing', 'masked', 'working'] as const;
export const isCopy = (role: ArtifactRole): role is (typeof copyRoles)[number] => (copyRoles as readonly ArtifactRole[]).includes(role);

/** Why a file was made of another one: to be looked at, marked; the same, with something hidden; because less was granted than was sealed; for tools that do not open the original. */
export const derivativeReasons = [...copyRoles, 'narrowed'] as const;
export type DerivativeReason = (typeof derivativeReasons)[number];

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
  /** Of a long part: made in pieces, which `arguments` only join. The arguments of each, with blanks, and where pieces begin and the last one ends, microseconds. */
  pieces?: { arguments: readonly string[]; cuts: readonly number[] };
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
  /** Of whatever has a parent of either kind. */
  reason?: DerivativeReason;
  recipe?: Recipe;
  /** Of a copy: pictures of its parent that no decoder makes anything of, and that it therefore does not show; left out where there are none. */
  undecoded?: number;
  /** Id of the sealed object that holds it. */
  object: string;
}
