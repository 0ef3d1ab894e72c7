#!/usr/bin/env node
// The command. Says in plain words what is missing where this machine cannot run it.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`exportgate needs Node 20.19 or newer (22.13 or newer is best); this is ${process.version}.\n`);
  process.exit(2);
}
const built = new URL('../dist/plugin/main.js', import.meta.url);
if (!fs.existsSync(fileURLToPath(built))) {
  process.stderr.write('exportgate is not built yet: npm run build\n');
  process.exit(2);
}
await import(built);
