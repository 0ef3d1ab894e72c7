// Work on the newest of what comes, one at a time: whoever offers never waits, and what came in between is passed over.

export class Newest<T> {
  #next: { value: T } | null = null;
  #underWay: Promise<void> | null = null;

  constructor(
    private readonly work: (value: T) => Promise<void>,
    private readonly failed: (cause: unknown) => void,
  ) {}

  offer(value: T): void {
    this.#next = { value };
    this.#underWay ??= this.#run();
  }

  /** Nothing is left to do. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  async #run(): Promise<void> {
    for (let next = this.#next; next; next = this.#next) {
      this.#next = null;
      await this.work(next.value).catch(this.failed);
    }
    this.#underWay = null;
  }
}
