// Runs the official scenarios for the Tasks extension against an executable, and prints which of their checks failed.
//
//   node scenarios.mjs EXECUTABLE HOME
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { startBridge } from './bridge.mjs';

const [executable, home] = process.argv.slice(2);
const program = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';
const run = (...args) => new Promise(resolve => execFile(process.execPath, [program, ...args], (_, output) => resolve(output)));

const bridge = await startBridge(executable, home);
const report = {};
for (const [, name] of (await run('list', '--server')).matchAll(/- (tasks-[\w-]+)/g)) {
  await run('server', '--url', bridge.url, '--scenario', name, '--output-dir', `${home}/${name}`);
  const checks = globSync(`${home}/${name}/*/checks.json`).flatMap(file => JSON.parse(readFileSync(file)));
  const of = status => checks.filter(check => check.status === status).map(check => check.id);
  report[name] = { passed: of('SUCCESS').length, failed: of('FAILURE') };
}
bridge.end();
console.log(JSON.stringify(report));
