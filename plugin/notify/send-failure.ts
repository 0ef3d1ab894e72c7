// A letter that was not taken: one word of a closed list and at most a number of the other side. It keeps no cause: texts of errors hold
// addresses, and the address of a bot holds its key.
import type { SendFault } from '../domain/notice.js';

export class SendFailure extends Error {
  constructor(
    readonly fault: SendFault,
    /** HTTP status, the vendor's code, or SMTP's. */
    readonly answer: number | null = null,
  ) {
    super(answer === null ? fault : `${fault} ${answer}`);
    this.name = 'SendFailure';
  }
}
