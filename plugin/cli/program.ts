// The command line: every verb, its options, and how it ends.
import { Argument, Command, CommanderError, Option } from 'commander';
import { packageParts } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import {
  acceptInvitation,
  changeOwnPassword,
  closeSomebody,
  confirmInvited,
  inviteSomebody,
  listAllAccounts,
  listInvitations,
  setUpAccount,
} from './account.js';
import { drawAreas } from './areas.js';
import { check, type Checks } from './check.js';
import { makeOutput, plain, plainJson } from './console.js';
import type { Context, Verb } from './context.js';
import { coverage } from './coverage.js';
import { demo, type DemoParts } from './demo.js';
import { discover } from './discover.js';
import { doctor, type Finding } from './doctor.js';
import { installSystem, type Installations } from './install.js';
import { explainDecision } from './explain.js';
import { listAudits, runAudit, showAudit } from './audit.js';
import { tailJournal, verifyJournalFiles, type JournalVerdict, type KeptFile } from './journal.js';
import { listKeys, printPublicKeys, protectKeyFiles, rotateKeys, type KeyRing } from './keys.js';
import { deliveryLink, deliveryPassphrase, signReceipt } from './delivery.js';
import { fetchRequest } from './fetch.js';
import { handOver, signHandOver } from './handover.js';
import { oneTimePassword } from './one-time-password.js';
import { exitOf, sentence, type Exit } from './outcome.js';
import { policyActivate, policyDiff, policyLog, policyShow, policyTest } from './policy.js';
import { probe } from './probe.js';
import type { WaysAround } from './outside/way.js';
import type { Recorders } from './recorders.js';
import { fetchRegister } from './register.js';
import { rehearseFolder } from './rehearse.js';
import { releaseRequest } from './release.js';
import { reportApprovals } from './report.js';
import { listRequests, showRequest, submitRequest } from './request.js';
import { reviewRequest } from './review.js';
import { addDelegation, endDelegation, listDelegations } from './delegation.js';
import { backUpGate, makeBackupKey, restoreGate, type Backups } from './backup.js';
import { findDeliveries, showCertificate } from './find.js';
import { matters } from './matters.js';
import { precheckForm } from './precheck.js';
import { clock } from './clock.js';
import { confirmTimes, fetchFrame } from './times.js';
import { scanPaper } from './scan.js';
import { serve, type RunningGate } from './serve.js';
import { endSessions, listSessions, startSession } from './session.js';
import { printSetupToken } from './setup-token.js';
import { thisMachine } from './this-machine.js';
import { reproducePackage } from './reproduce.js';
import { unwrap } from './unwrap.js';
import { verifyFile } from './verify.js';
import { serveWitness, type RunningWitness } from './witness.js';

/** What only the front door can give: rooms put together. */
export interface FrontDoor extends Checks {
  version: string;
  /** Where the shipped policies are. */
  policies: string;
  start(config: string, env: NodeJS.ProcessEnv): Promise<RunningGate>;
  examine(config: string, env: NodeJS.ProcessEnv): Promise<Finding[]>;
  keys: KeyRing;
  backups: Backups;
  recorders: Recorders;
  /** What installs in front of a system of this kind. */
  installation: Installations;
  /** Ways past the gate, for `doctor --outside`. */
  waysAround: WaysAround;
  now(): Date;
  /** The machine's one-time token, put into the keys folder. */
  makeSetupToken(config: string, env: NodeJS.ProcessEnv): Promise<string>;
  verifyJournal(config: string, env: NodeJS.ProcessEnv, kept: readonly KeptFile[]): Promise<JournalVerdict>;
  /** A witness of other people's logs; `config` is a witness.yaml. */
  startWitness(config: string): Promise<RunningWitness>;
  demo: DemoParts;
}

/** The whole tree of verbs; `ended` is told how the one that ran ended. */
export function makeProgram(door: FrontDoor, ended: (exit: Exit) => void): Command {
  const program = new Command('exportgate')
    .description('监控录像调取网关 · recorded footage leaves by application, approval, execution and record')
    .version(door.version)
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(plain(text)) })
    .option('--config <file>', 'configuration', 'exportgate.yaml')
    .option('--gate <url>', 'address of a running gate', process.env['EXPORTGATE_URL'] ?? 'http://127.0.0.1:8443')
    .option('--otp <code>', 'six digits of the second factor; - asks for them 动态码')
    .option('--json', 'one JSON document instead of lines', false);
  const desk = { input: process.stdin, prompts: process.stderr };
  /** Ties a verb to its command; positional arguments come by name. */
  const does = <O extends object>(command: Command, verb: Verb<O>): Command =>
    command.action(async () => {
      const { config, gate, json, otp } = command.optsWithGlobals<{ config: string; gate: string; json: boolean; otp?: string }>();
      const code = oneTimePassword(otp, { env: process.env, ...desk, now: () => door.now() });
      const context: Context = { config, gate, env: process.env, output: makeOutput(json, process.stdout), ...(code && { otp: code }) };
      const named = Object.fromEntries(command.registeredArguments.map((argument, at) => [argument.name(), command.processedArgs[at]]));
      ended(await verb(context, { ...command.opts(), ...named } as O));
    });

  does(program.command('serve').description('run the gate'), serve(door.start));
  does(
    program.command('witness').description('cosign the journals of other agencies’ gates; --config is a witness.yaml 见证'),
    serveWitness((config) => door.startWitness(config)),
  );
  does(
    program
      .command('demo')
      .description('the whole path on real footage, on this machine alone')
      .option('--out <dir>', 'where the package goes', 'demo-out')
      .option('--stay', 'go on serving afterwards'),
    demo(door.demo),
  );
  does(
    program
      .command('doctor')
      .description('can this machine serve? and: does anything lead past the gate?')
      .option('--outside', 'write a script that tries, on a client’s computer, to reach footage past the gate 旁路检查')
      .addOption(new Option('--for <shell>', 'of the script').choices(['sh', 'windows']).default('sh'))
      .option('--out <file>', 'where the script goes: a file that is not there yet; without it to standard output'),
    doctor(door.examine, door.waysAround),
  );
  does(
    program
      .command('install')
      .description('put the gate in front of a video system, on that system’s own machine, as root 安装')
      .argument('<system>', 'its kind: the name of an adapter, like zoneminder')
      .option('--undo', 'everything as it was before')
      .option('--dry-run', 'only tell what would be done')
      .option('--recorder <id>', 'in front of which one, where the configuration has several of this kind')
      .option('--web-server <file>', 'main configuration file of its web server, where it is not the package’s')
      .option('--state <dir>', 'where it is written down what was changed', '/var/lib/exportgate-install'),
    installSystem(door.installation, (state) => thisMachine(state, () => door.now())),
  );
  does(
    program
      .command('probe')
      .description('what a recorder can do, with a transcript without credentials 探测录像机')
      .argument('<recorder>', 'its id in the configuration')
      .option('--camera <id>', 'pull from this camera; without it from the first recording that the recorder lists')
      .option('--accounts', 'list who else could replay; an administrator of the recorder signs in')
      .option('--transcript <file>', 'where the transcript goes: a file that is not there yet'),
    probe(door.recorders, () => door.now(), desk),
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
      .option('--as <user>', 'who asks')
      .option('--camera <id>', 'for which camera')
      .option('--act <act>', 'which act')
      .option('--basis <code>', 'legal basis, or -', '-')
      .option('--from <instant>', 'start, with zone')
      .option('--to <instant>', 'end, with zone')
      .option('--at <entry>', 'instead: a decision of the running gate, by its journal entry, made again')
      .option('--late', 'as if the instrument’s deadline were past')
      .addOption(new Option('--policies <dir>', 'policy files').default(door.policies, 'the shipped ones')),
    explainDecision,
  );
  does(
    program
      .command('rehearse')
      .description('past requests decided again under edited policy files 试算')
      .argument('<dir>', 'the edited files')
      .requiredOption('--since <date>', 'a day such as 2026-01-31, or an instant with zone'),
    rehearseFolder,
  );
  const policy = program.command('policy').description('the policy files of a running gate 策略');
  does(policy.command('log').description('in force, saved, and every change').option('--count <n>', 'how many', '20'), policyLog);
  does(
    policy
      .command('diff')
      .description('what changed; without hashes from the one in force to the saved one')
      .argument('[from]', 'hash')
      .argument('[to]', 'hash'),
    policyDiff,
  );
  does(
    policy
      .command('show')
      .description('the files of a version; without a hash of the one in force')
      .argument('[hash]')
      .option('--file <name>', 'print this file')
      .option('--out <dir>', 'write all files into a new folder'),
    policyShow,
  );
  does(
    policy
      .command('activate')
      .description('a voice for a saved policy; the second administrator’s puts it in force 生效')
      .argument('<hash>'),
    policyActivate,
  );
  does(
    policy
      .command('test')
      .description('judge a folder and run the tests in it; needs no gate')
      .argument('[dir]', 'policy files; without one the shipped ones', door.policies),
    policyTest,
  );
  does(
    program.command('setup-token').description('what makes an administrator’s account, once; for who runs the machine 令牌'),
    printSetupToken(door.makeSetupToken),
  );
  const keys = program.command('keys').description('the gate’s own keys 密钥');
  does(keys.command('list').description('which there are, and which are in use'), listKeys(door.keys));
  does(
    keys
      .command('rotate')
      .description('a new key; the former ones go on to verify 更换')
      .addArgument(new Argument('<kind>', 'of which kind').choices(['log', 'manifest', 'tokens', 'master'])),
    rotateKeys(door.keys),
  );
  does(
    keys
      .command('protect')
      .description('put key files under the passphrase, plain ones and those under a former one 口令保护')
      .option('--former <file>', 'the passphrase that they are under now, in a file of one line 原口令文件'),
    protectKeyFiles(door.keys),
  );
  does(
    keys
      .command('public')
      .description('gate.pub: the public keys of manifests, the one in use first 公钥')
      .option('--log', 'instead: the verifier keys of the log'),
    printPublicKeys(door.keys),
  );
  const account = program.command('account').description('who may sign in 账户');
  does(
    account.command('set-up').description('an administrator’s, with the one-time token').argument('<file>', 'user, name, unit: JSON'),
    setUpAccount(desk),
  );
  does(account.command('invite').description('somebody whose card was seen 邀请').argument('<file>', 'whom, JSON'), inviteSomebody);
  does(account.command('invitations').description('those that wait'), listInvitations);
  does(
    account
      .command('confirm')
      .description('the second administrator’s word 确认')
      .argument('<id>', 'of the invitation')
      .option('--with-token', 'with the machine’s one-time token instead'),
    confirmInvited(desk),
  );
  does(account.command('accept').description('the code and a password of one’s own make the account 接受'), acceptInvitation(desk));
  does(account.command('password').description('one’s own'), changeOwnPassword(desk));
  does(account.command('list').description('all accounts'), listAllAccounts);
  does(account.command('close').description('for good, and its sessions 关闭').argument('<user>'), closeSomebody);
  const session = program.command('session').description('who is signed in 会话');
  does(session.command('start').description('sign in and print a token for EXPORTGATE_TOKEN'), startSession);
  does(session.command('list').option('--all', 'everybody’s; for administrators'), listSessions);
  does(session.command('end').argument('[id]', 'without one: that of EXPORTGATE_TOKEN'), endSessions);
  does(
    program
      .command('scan')
      .description('upload the scan of a paper and print its hash 上传扫描件')
      .argument('<file>', 'PDF, PNG or JPEG, up to 20 MB'),
    scanPaper,
  );
  const request = program.command('request').description('applications 申请');
  does(request.command('submit').argument('<file>', 'the form, JSON'), submitRequest);
  for (const { name, words, takesFile, options = [], verb } of matters) {
    const command = request.command(name).description(words).argument('<id>');
    if (takesFile) command.argument('<file>');
    for (const option of options)
      if (option.optional) command.option(option.flags, option.words);
      else command.requiredOption(option.flags, option.words);
    does(command, verb);
  }
  does(request.command('show').argument('<id>'), showRequest);
  does(request.command('certificate').description('of what was destroyed of it 销毁证明').argument('<id>'), showCertificate);
  does(
    request
      .command('list')
      .option('--state <state>', 'only those in this state')
      .option('--review-due', 'only those drawn for review afterwards and not reviewed yet 待复核'),
    listRequests,
  );
  does(
    request
      .command('fetch')
      .description('the released package; what was cut off goes on 领取')
      .argument('<id>')
      .requiredOption('--out <place>', 'a file (….zip, ….age), or with --form plain a folder')
      .addOption(new Option('--form <form>', 'AES-256 ZIP, age, or as it is').choices(['zip', 'age', 'plain']))
      .option('--recipient <key>', 'your public age key, age1…')
      .addOption(new Option('--part <part>', 'where the originals leave apart: which package').choices(packageParts)),
    fetchRequest,
  );
  does(
    request
      .command('frame')
      .description('a frame of sealed footage: before a voice that wants a look, or where times want confirming 查看')
      .argument('<id>')
      .requiredOption('--camera <id>', 'which camera')
      .addOption(new Option('--edge <edge>', 'which frame').choices(['first', 'last']).makeOptionMandatory())
      .requiredOption('--out <file>', 'JPEG'),
    fetchFrame,
  );
  does(
    request
      .command('areas')
      .description('what is masked of each camera: read, or drawn before the voice that wants it 遮蔽区域')
      .argument('<id>')
      .option('--camera <id>', 'draw on this camera')
      .option('--file <file>', 'the whole list: JSON with areas; an empty one with a reason')
      .option('--preview <file>', 'draw nothing: one picture with the areas in it, JPEG 预览')
      .option('--at <instant>', 'which picture, by the recorder’s clock; left out: the first'),
    drawAreas,
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
      .option('--narrow <file>', 'agree to less: JSON with the items that remain 缩小范围')
      .option('--return <code>', 'return with a formal defect')
      .option('--after <finding>', 'what a review of a drawn release finds 事后复核'),
    reviewRequest,
  );
  does(program.command('release').description('ask for or confirm the release 执行').argument('<id>').option('--originals-for <user>', 'who has the originals, where they leave apart 原件接收人'), releaseRequest);
  does(
    request.command('link').description('the link to a released package, to pass on 领取链接').argument('<id>'),
    deliveryLink,
  );
  does(
    request
      .command('passphrase')
      .description('of the encrypted package, for an executor to pass on by another way than the link 口令')
      .argument('<id>')
      .requiredOption('--out <file>', 'a file that is not there yet; - prints it')
      .addOption(new Option('--part <part>', 'where the originals leave apart: which package').choices(packageParts)),
    deliveryPassphrase,
  );
  does(
    request
      .command('receipt')
      .description('sign for what was fetched, or refuse to 签收')
      .argument('<id>')
      .option('--package <place>', 'the package that you hold, opened: its manifest is hashed')
      .option('--manifest <sha256>', 'or the hash of its manifest.json')
      .option('--refuse <reason>', 'the receipt is refused; an executor notes it so 拒签')
      .option('--transfer <id>', 'which transfer; left out: the newest'),
    signReceipt,
  );
  does(
    program
      .command('unwrap')
      .description('open an encrypted package with its passphrase, where there is no 7-Zip 解密')
      .argument('<file>')
      .requiredOption('--out <file>', 'the package: a file that is not there yet')
      .option('--passphrase-file <file>', 'a file of one line; without it the passphrase is asked for'),
    unwrap(desk),
  );
  does(
    program
      .command('handover')
      .description('write a package onto a medium, read it again, compare, print label and list 介质移交')
      .argument('<id>')
      .argument('<place>', 'a folder that is not there yet, or a disc image (….iso)')
      .requiredOption('--serial <text>', 'serial number of the medium')
      .requiredOption('--bag <text>', 'number of the evidence bag')
      .requiredOption('--receiver <name...>', 'who takes it')
      .addOption(new Option('--form <form>', 'AES-256 ZIP, or as it is').choices(['zip', 'plain']).default('zip'))
      .addOption(new Option('--part <part>', 'where the originals leave apart: which package').choices(packageParts)),
    handOver,
  );
  does(
    program
      .command('handover-sign')
      .description('sign for a medium, as an officer who takes it; or put in the signed list 移交签字')
      .argument('<id>')
      .argument('<handover>')
      .option('--scan <file>', 'of the signed list, by the executor'),
    signHandOver,
  );
  does(
    program
      .command('verify')
      .description('intact, or the first broken thing')
      .argument('<package>', 'ZIP or folder')
      .requiredOption('--key <file>', 'the gate’s public keys, PEM: one or several')
      .option('--witness <vkey>', 'who must have cosigned the journal; as often as there are some 见证', collect, [])
      .option('--tsa-ca <file>', 'whom to believe of its time stamp: certificates, PEM 时间戳'),
    verifyFile,
  );
  does(
    program
      .command('reproduce')
      .description('make each copy of a package again, and compare 重做并比对')
      .argument('<package>', 'ZIP or folder')
      .requiredOption('--key <file>', 'the gate’s public key, PEM')
      .option('--parent <file...>', 'sealed originals, and for excerpts their lists')
      .option('--ffmpeg <file>', 'absolute path; without it the one on PATH'),
    reproducePackage,
  );
  does(
    program
      .command('precheck')
      .description('is there footage, until when, how long will it take? 预检')
      .argument('<file>', 'a form, or JSON with its items'),
    precheckForm,
  );
  const delegation = program.command('delegation').description('who stands in during a leave 请假委托');
  does(
    delegation
      .command('add')
      .requiredOption('--to <user>', 'who stands in')
      .requiredOption('--role <role>', 'which of your roles')
      .requiredOption('--site <site>', 'where')
      .requiredOption('--from <instant>', 'from, with zone')
      .requiredOption('--until <instant>', 'until, with zone'),
    addDelegation,
  );
  does(delegation.command('list'), listDelegations);
  does(delegation.command('end').argument('<id>'), endDelegation);
  does(
    program
      .command('clock')
      .description('the gate’s clock, and whether releases wait for it 时钟')
      .option('--acknowledge', 'you have looked: releases go on'),
    clock,
  );
  does(
    program
      .command('register')
      .description('the register of what was done with footage 信息调用登记')
      .requiredOption('--site <id>', 'a site, or - for what belongs to none')
      .requiredOption('--month <month>', 'like 2026-03, Beijing time')
      .addOption(new Option('--format <format>', 'of the file').choices(['csv', 'xlsx', 'pdf', 'json']).default('csv'))
      .requiredOption('--out <file>', 'a file that is not there yet')
      .option('--confidential', 'confidential requests, and nothing else')
      .option('--part <n>', 'of a month with more than a thousand rows'),
    fetchRegister,
  );
  const report = program.command('report').description('what the record tells 报告');
  does(
    report
      .command('approvals')
      .description('time and outcome of each step, and what is overdue 审批效率')
      .option('--site <id>', 'without it all sites')
      .requiredOption('--month <month>', 'like 2026-03, Beijing time'),
    reportApprovals,
  );
  const journal = program.command('journal').description('the record 记录');
  does(journal.command('tail').option('--count <n>', 'how many entries', '20'), tailJournal);
  does(
    journal
      .command('verify')
      .description('whole, or the first thing that is not what was written 校验')
      .option('--since <file>', 'a checkpoint that was kept elsewhere; as often as there are some', collect, []),
    verifyJournalFiles((context, kept) => door.verifyJournal(context.config, context.env, kept)),
  );
  does(
    program
      .command('find')
      .description('what was delivered to whom, years later too 交付查证')
      .option('--hash <hex>', 'SHA-256 or SM3 of a file, or of manifest.json')
      .option('--id <number>', 'a request’s')
      .option('--case <number>', 'a case’s or an instrument’s, as it stands on the form'),
    findDeliveries,
  );
  does(program.command('backup-key').description('a key pair for backups').requiredOption('--out <file>', 'where the identity goes: a file that is not there yet'), makeBackupKey(door.backups));
  does(
    program
      .command('backup')
      .description('the data to one place, the keys to another; while the gate runs 备份')
      .argument('<dest>', 'a folder on another disk')
      .option('--keys <dir>', 'where the copy of the keys goes; left out: backup.keys')
      .option('--same-disk', 'both on one disk all the same')
      .option('--verify', 'what is there already is read and compared too'),
    backUpGate(door.backups),
  );
  does(
    program
      .command('restore')
      .description('a backup, to an empty place; or a drill 恢复')
      .argument('<src>', 'a folder that backup wrote')
      .requiredOption('--keys <dir>', 'the copy of the keys')
      .requiredOption('--identity <file>', 'what backup-key wrote')
      .option('--to <dir>', 'an empty folder')
      .option('--drill', 'to a place that is gone afterwards; recorded where somebody is signed in 恢复演练')
      .option('--in <dir>', 'where the drill takes place, a disk of the gate’s own; left out: TMPDIR')
      .option('--report <file>', 'what was found: a file that is not there yet'),
    restoreGate(door.backups),
  );
  const audit = program.command('audit').description('what the gate finds about itself 自检');
  does(audit.command('list'), listAudits);
  does(audit.command('run'), runAudit);
  does(audit.command('show').argument('<id>', 'as audit list tells it').option('--out <file>', 'the signed report'), showAudit);
  return program;
}

const collect = (given: string, before: readonly string[]): readonly string[] => [...before, given];

export async function run(argv: readonly string[], door: FrontDoor): Promise<Exit> {
  let exit: Exit = 0;
  const program = makeProgram(door, (how) => (exit = how));
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
