// The page: takes a key and a package, asks the engine, shows the verdict. It reaches for nothing outside itself.
import { readFingerprint, readGateKeys, type GateKey } from '../engine/key.js';
import { verifyPackage } from '../engine/verify.js';
import { archiveOf, chosenFolder, droppedOn, type Given } from './dropped.js';
import { explain, sayings, verdictLine, type Saying } from './words.js';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const keyText = byId<HTMLTextAreaElement>('key');
const fingerprintText = byId<HTMLInputElement>('fingerprint');
const contentsText = byId<HTMLInputElement>('contents');
const dropZone = byId('drop');
const verifyButton = byId<HTMLButtonElement>('verify');
const progressBar = byId<HTMLProgressElement>('progress');
const doing = byId('doing');
const result = byId('result');

let given: Given | null = null;

function show(kind: 'good' | 'bad' | 'note', head: string, saying: Saying): void {
  const [title, zh, en] = [document.createElement('p'), document.createElement('p'), document.createElement('p')];
  title.className = 'head';
  title.textContent = head;
  zh.textContent = saying.zh;
  en.textContent = saying.en;
  en.lang = 'en';
  result.className = kind;
  result.replaceChildren(...(head === '' ? [] : [title]), zh, en);
}

function take(next: Given | null, from: 'archive' | 'folder' | null = null): void {
  if (next === null) return show('note', '', sayings.unreadable);
  given = next;
  // What stood in the choosers before is not what is judged now.
  for (const id of ['archive', 'folder']) if (id !== from) byId<HTMLInputElement>(id).value = '';
  byId('chosen').textContent = next.name;
  result.replaceChildren();
  result.className = '';
}

/** The keys that were given from outside, or what is wrong with them. With a fingerprint only that key counts. */
function readKeys(): GateKey[] | Saying {
  const fingerprint = fingerprintText.value.trim() === '' ? null : readFingerprint(fingerprintText.value);
  if (fingerprintText.value.trim() !== '' && fingerprint === null) return sayings.badFingerprint;
  if (keyText.value.trim() === '') return fingerprint === null ? sayings.noKey : sayings.fingerprintAlone;
  const keys = readGateKeys(keyText.value);
  if (keys === null) return sayings.badKey;
  const wanted = keys.filter((key) => fingerprint === null || fingerprint === key.fingerprint);
  return wanted.length > 0 ? wanted : sayings.otherFingerprint;
}

function showFingerprint(): void {
  byId('found').textContent = (readGateKeys(keyText.value) ?? []).map(({ fingerprint }) => fingerprint.replace(/.{8}(?!$)/g, '$& ')).join('\n');
}

async function verify(): Promise<void> {
  const keys = readKeys();
  if ('zh' in keys) return show('note', '', keys);
  if (given === null) return show('note', '', sayings.noPackage);
  // Spelt like a fingerprint: hex, with or without gaps.
  const contents = contentsText.value.trim() === '' ? null : readFingerprint(contentsText.value);
  if (contentsText.value.trim() !== '' && contents === null) return show('note', '', sayings.badContents);
  verifyButton.disabled = true;
  progressBar.hidden = false;
  progressBar.value = 0;
  result.replaceChildren();
  result.className = '';
  try {
    const verdict = await verifyPackage(given.content, keys, (done, all, path) => {
      progressBar.value = all === 0 ? 1 : done / all;
      doing.textContent = path;
    });
    const isOther = verdict.intact && contents !== null && verdict.contents !== contents;
    if (isOther) show('bad', verdictLine(verdict), sayings.otherContents);
    else show(verdict.intact ? 'good' : 'bad', verdictLine(verdict), verdict.intact ? sayings.intact : explain(verdict.fault));
  } catch {
    // The disk was pulled out, the file was changed meanwhile, the system said no: nothing was verified, and nothing is claimed.
    show('note', '', sayings.unreadable);
  } finally {
    verifyButton.disabled = false;
    progressBar.hidden = true;
    doing.textContent = '';
  }
}

byId<HTMLInputElement>('archive').addEventListener('change', ({ target }) => {
  const [file] = (target as HTMLInputElement).files ?? [];
  if (file) take(archiveOf(file), 'archive');
});
byId<HTMLInputElement>('folder').addEventListener('change', ({ target }) => {
  const files = [...((target as HTMLInputElement).files ?? [])];
  if (files.length > 0) take(chosenFolder(files), 'folder');
});
byId<HTMLInputElement>('keyfile').addEventListener('change', ({ target }) => {
  const [file] = (target as HTMLInputElement).files ?? [];
  // A key has a hundred bytes, and there are at most 32; what is larger is something else.
  void file
    ?.slice(0, 8192)
    .text()
    .then((text) => {
      keyText.value = text;
      showFingerprint();
    });
});
keyText.addEventListener('input', showFingerprint);
verifyButton.addEventListener('click', () => void verify());
// What a paper's code says, behind the # of this page's address: it was never sent anywhere.
contentsText.value = /[#&]sha256=([0-9a-f]{64})(?:&|$)/.exec(location.hash)?.[1] ?? '';

document.addEventListener('dragover', (event) => {
  event.preventDefault();
  dropZone.classList.add('over');
});
document.addEventListener('dragleave', () => dropZone.classList.remove('over'));
// Anywhere on the page: beside the zone the browser would leave the page and show the file.
document.addEventListener('drop', (event) => {
  event.preventDefault();
  dropZone.classList.remove('over');
  if (event.dataTransfer)
    droppedOn(event.dataTransfer).then(
      (dropped) => take(dropped),
      () => show('note', '', sayings.unreadable),
    );
});
