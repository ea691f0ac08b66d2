#!/usr/bin/env node
// An independent opinion about a credential of Laurel. README.md beside this file says how to read
// it. Shares no code, no context and no schema with the application.

import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {attempts, hasNoInterface, runWithoutInterface, shutNetwork} from './offline.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const USE = `Use: node verify.mjs --issuer ID [--issuer ID …] [--documents DIR] [--at INSTANT] FILE …
FILE is a credential as JSON or token, or a PNG or SVG that carries it. DIR holds what would be
fetched: status lists, DID documents, JSON Web Keys. --at is the instant to judge at; now if absent.
`;

function called() {
  try {
    const {values, positionals} = parseArgs({
      allowPositionals: true,
      options: {
        issuer: {type: 'string', multiple: true},
        documents: {type: 'string'},
        at: {type: 'string'},
      },
    });
    const now = values.at ? new Date(values.at) : new Date();
    const isComplete = values.issuer && positionals.length && !Number.isNaN(now.getTime());
    return isComplete ? {...values, now, files: positionals} : undefined;
  } catch(error) {
    return undefined;
  }
}

async function main() {
  const call = called();
  if(call === undefined) {
    process.stderr.write(USE);
    return 2;
  }
  if(!hasNoInterface()) {
    const code = runWithoutInterface(fileURLToPath(import.meta.url), process.argv.slice(2));
    if(code !== undefined) {
      return code;
    }
  }
  shutNetwork();
  const judging = await import('./judging.mjs');
  const judge = judging.judgeOf({...call, schema: path.join(HERE, 'schema', 'achievementcredential.json')});
  let exit = 0;
  for(const file of call.files) {
    const verdict = await judged(judge, file);
    const isolation = hasNoInterface() ? 'no network interface' : 'network shut inside Node';
    process.stdout.write(`${JSON.stringify({file, isolation, tried: attempts(), ...verdict})}\n`);
    process.stderr.write(`${file}: ${verdict.line}\n`);
    exit = exit || verdict.exit;
  }
  return exit;
}

// Whatever trips this program is not believed, and is told apart from every foreseen reason.
async function judged(judge, file) {
  try {
    return await judge(fs.readFileSync(file));
  } catch(error) {
    const line = 'This file could not be judged.';
    return {verified: false, code: 'unforeseen', exit: 1, checks: [], detail: error.message, line};
  }
}

process.exitCode = await main();
