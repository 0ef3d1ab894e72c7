// The recorder of the bench: the recorder in a box, as a process of its own. Options come as JSON on standard input.
import { json } from 'node:stream/consumers';
import { startRecorder } from '../test/support/recorder/start-recorder.js';

const options = (await json(process.stdin)) as { media: string; start: string; end: string; user: string; password: string };
const recorder = await startRecorder({ ...options, start: new Date(options.start), end: new Date(options.end) });
process.on('SIGTERM', () => void recorder.close().then(() => process.exit(0)));
process.stdout.write(`listening ${recorder.url} ${recorder.rtspUrl}?recording=REC_1&stream=0\n`);
