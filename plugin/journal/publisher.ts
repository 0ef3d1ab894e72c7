// Tiles, then the checkpoint that covers them, in turn: whoever finds a checkpoint finds the tiles under it.
import { writeCheckpoint } from './checkpoint-file.js';
import { dropNarrowTiles, dropStrayTiles, mendTiles, writeTiles, type TileSource } from './tiles.js';

interface Parts {
  folder: string;
  source: TileSource;
  /** The log's signed checkpoint over its first `size` entries. */
  sign: (size: number) => string;
  /** Told each checkpoint that is on disk now; does not keep the journal waiting. */
  onPublished: (note: string) => void;
}

export class Publisher {
  readonly #parts: Parts;
  #size = 0;
  #note = '';
  /** The last one that was begun: the next one waits for it. */
  #underWay: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Entries that the checkpoint on disk stands for. */
  get size(): number {
    return this.#size;
  }

  /** The checkpoint on disk. */
  get note(): string {
    return this.#note;
  }

  /** At start: whatever a crash left out of the tiles is made again. */
  async begin(size: number): Promise<void> {
    const { folder, source } = this.#parts;
    await mendTiles(folder, source, size);
    await this.#sign(size);
    await dropStrayTiles(folder, size);
  }

  /** Where it fails, what was published before stands. */
  async publish(size: number): Promise<void> {
    const turn = this.#underWay.then(() => this.#publish(size));
    // Nobody waits for what is only taken away.
    this.#underWay = turn.then((before) => dropNarrowTiles(this.#parts.folder, this.#size, before)).catch(() => undefined);
    await turn;
  }

  /** Nothing is under way any more. */
  settled(): Promise<void> {
    return this.#underWay;
  }

  /** Gives the size of what was published before. */
  async #publish(size: number): Promise<number> {
    const { folder, source } = this.#parts;
    const before = this.#size;
    if (size <= before) return before;
    await writeTiles(folder, source, size, before);
    await this.#sign(size);
    return before;
  }

  async #sign(size: number): Promise<void> {
    const note = this.#parts.sign(size);
    await writeCheckpoint(this.#parts.folder, note);
    this.#size = size;
    this.#note = note;
    this.#parts.onPublished(note);
  }
}
