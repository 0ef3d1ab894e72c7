// The command line: every verb, its options, and how it ends.
import { Command, CommanderError, Option } from 'commander';
import { Problem } from '../domain/problem.js';
import { check, type Checks } from './check.js';
import { makeOutput, plain, plainJson } from './console.js';
import type { Context, Verb } from './context.js';
import { coverage } from './coverage.js';
import { demo, type DemoParts } from './demo.js';
import { discover } from './discover.js';
import { doctor, type Finding } from './doctor.js';
import { explainDecision } from './explain.js';
import { tailJournal, verifyJournalFiles, type JournalVerdict } from './journal.js';
import { fetchRequest } from './fetch.js';
import { exitOf, sentence, type Exit } from './outcome.js';
import { probe } from './probe.js';
import type { Recorders } from './recorders.js';
import { releaseRequest } from './release.js';
import { listRequests, showRequest, submitRequest } from './request.js';
import { reviewRequest } from './review.js';
import { confirmTimes, fetchFrame } from './times.js';
import { serve, type RunningGate } from './serve.js';
import { verifyFile } from './verify.js';

/** What only the front door can give: rooms put together. */
export interface FrontDoor extends Checks {
  version: string;
  /** Where the shipped policies are. */
  policies: string;
  start(config: string, env: NodeJS.ProcessEnv): Promise<RunningGate>;
  examine(config: string, env: NodeJS.ProcessEnv): Promise<Finding[]>;
  recorders: Recorders;
  now(): Date;
  verifyJournal(config: string, env: NodeJS.ProcessEnv): Promise<JournalVerdict>;
  demo: DemoParts;
}

export async function run(argv: readonly string[], door: FrontDoor): Promise<Exit> {
  let exit: Exit = 0;
  const program = new Command('exportgate')
    .description('监控录像调取网关 · recorded footage leaves by application, approval, execution and record')
    .version(door.version)
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(plain(text)) })
    .option('--config <file>', 'configuration', 'exportgate.yaml')
    .option('--gate <url>', 'address of a running gate', process.env['EXPORTGATE_URL'] ?? 'http://127.0.0.1:8443')
    .option('--json', 'one JSON document instead of lines', false);
  /** Ties a verb to its command; positional arguments come by name. */
  const does = <O extends object>(command: Command, verb: Verb<O>): Command =>
    command.action(async () => {
      const { config, gate, json } = command.optsWithGlobals<{ config: string; gate: string; json: boolean }>();
      const context: Context = { config, gate, env: process.env, output: makeOutput(json, process.stdout) };
      const named = Object.fromEntries(command.registeredArguments.map((argument, at) => [argument.name(), command.processedArgs[at]]));
      exit = await verb(context, { ...command.opts(), ...named } as O);
    });

  does(program.command('serve').description('run the gate'), serve(door.start));
  does(
    program
      .command('demo')
      .description('the whole path on real footage, on this machine alone')
      .option('--out <dir>', 'where the package goes', 'demo-out')
      .option('--stay', 'go on serving afterwards'),
    demo(door.demo),
  );
  does(program.command('doctor').description('can this machine serve?'), doctor(door.examine));
  does(
    program
      .command('probe')
      .description('what a recorder can do, with a transcript without credentials 探测录像机')
      .argument('<recorder>', 'its id in the configuration')
      .option('--camera <id>', 'pull from this camera; without it from the first recording that the recorder lists')
      .option('--accounts', 'list who else could replay; an administrator of the recorder signs in')
      .option('--transcript <file>', 'where the transcript goes: a file that is not there yet'),
    probe(door.recorders, () => door.now(), { input: process.stdin, prompts: process.stderr }),
  );
  does(
    program
      .command('coverage')
      .description('what a recorder says that it holds of a camera 录像时段')
      .argument('<camera>', 'as in the configuration')
      .requiredOption('--from <instant>', 'start, with zone')
      .requiredOption('--to <instant>', 'end, with zone')
      .option('--recorder-time', 'the times are by the recorder’s own clock'),
    coverage(door.recorders),
  );
  does(
    program
      .command('discover')
      .description('which video systems answer on a network 发现')
      .argument('<address>', 'of this machine’s own addresses the one in that network'),
    discover(door.recorders),
  );
  does(
    program
      .command('check')
      .description('judge configuration, manifest and policy files')
      .option('--policies <dir>', 'judge this folder of policy files only'),
    check(door),
  );
  does(
    program
      .command('explain')
      .description('what the policy files say, and which rows say it')
      .requiredOption('--as <user>', 'who asks')
      .requiredOption('--camera <id>', 'for which camera')
      .requiredOption('--act <act>', 'which act')
      .option('--basis <code>', 'legal basis, or -', '-')
      .requiredOption('--from <instant>', 'start, with zone')
      .requiredOption('--to <instant>', 'end, with zone')
      .option('--late', 'as if the instrument’s deadline were past')
      .addOption(new Option('--policies <dir>', 'policy files').default(door.policies, 'the shipped ones')),
    explainDecision,
  );
  const request = program.command('request').description('applications 申请');
  does(request.command('submit').argument('<file>', 'the form, JSON'), submitRequest);
  does(request.command('show').argument('<id>'), showRequest);
  does(request.command('list').option('--state <state>', 'only those in this state'), listRequests);
  does(
    request
      .command('fetch')
      .description('the released package')
      .argument('<id>')
      .requiredOption('--out <place>', 'an archive (….zip) or a folder'),
    fetchRequest,
  );
  does(
    request
      .command('frame')
      .description('a frame of footage whose times want confirming')
      .argument('<id>')
      .requiredOption('--camera <id>', 'which camera')
      .addOption(new Option('--edge <edge>', 'which frame').choices(['first', 'last']).makeOptionMandatory())
      .requiredOption('--out <file>', 'JPEG'),
    fetchFrame,
  );
  does(
    request
      .command('times')
      .description('what the clock in the picture shows, where no recorder proved the times 核对时间')
      .argument('<id>')
      .requiredOption('--camera <id>', 'which camera')
      .requiredOption('--first <instant>', 'shown on the first frame, with zone')
      .requiredOption('--last <instant>', 'shown on the last frame, with zone'),
    confirmTimes,
  );
  does(
    program
      .command('review')
      .description('one voice 审批')
      .argument('<id>')
      .option('--approve', 'agree to the step that waits')
      .option('--plan <digest>', 'the plan that was seen (planDigest of request show --json)')
      .option('--return <code>', 'return with a formal defect'),
    reviewRequest,
  );
  does(program.command('release').description('ask for or confirm the release 执行').argument('<id>'), releaseRequest);
  does(
    program
      .command('verify')
      .description('intact, or the first broken thing')
      .argument('<package>', 'ZIP or folder')
      .requiredOption('--key <file>', 'the gate’s public key, PEM'),
    verifyFile,
  );
  const journal = program.command('journal').description('the record 记录');
  does(journal.command('tail').option('--count <n>', 'how many entries', '20'), tailJournal);
  does(
    journal.command('verify'),
    verifyJournalFiles((context) => door.verifyJournal(context.config, context.env)),
  );

  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    const problem = Problem.from(thrown);
    const json = argv.includes('--json');
    process.stderr.write(
      json
        ? `${plainJson({ problem: { code: problem.code, detail: problem.detail, faults: problem.faults, reasons: problem.reasons, requestId: problem.requestId } })}\n`
        : `${sentence(problem)}\n`,
    );
    return exitOf(problem);
  }
}
