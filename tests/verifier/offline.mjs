// No network: in a namespace without one where that is permitted, and shut in Node in any case.

import child from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import module from 'node:module';
import net from 'node:net';
import os from 'node:os';

const ONCE = 'LAUREL_VERIFIER_STARTED_AGAIN';
const tried = [];

function refuse(what) {
  return function refused(...asked) {
    const [first] = asked;
    const where = typeof first === 'string' ? first : first?.host ?? first?.path ?? first?.url ?? '';
    tried.push(`${what} ${where}`.trim());
    throw new Error(`No network here: ${what}`);
  };
}

/** Replace everything in Node that could reach out by something that records and throws. */
export function shutNetwork() {
  net.Socket.prototype.connect = refuse('connect');
  net.Server.prototype.listen = refuse('listen');
  dgram.Socket.prototype.send = refuse('send');
  dgram.Socket.prototype.connect = refuse('connect');
  for(const name of Object.keys(dns).filter(name => /^(lookup|resolve|reverse)/.test(name))) {
    dns[name] = refuse(`dns.${name}`);
  }
  for(const name of Object.keys(dns.promises).filter(name => /^(lookup|resolve|reverse)/.test(name))) {
    dns.promises[name] = refuse(`dns.${name}`);
  }
  globalThis.fetch = refuse('fetch');
  globalThis.WebSocket = undefined;
  module.syncBuiltinESMExports();
}

/** What tried to reach a network, in order. */
export function attempts() {
  return [...tried];
}

/** Tell whether this process has no network interface at all, its own loopback included. */
export function hasNoInterface() {
  return Object.keys(os.networkInterfaces()).length === 0;
}

/**
 * Run this very program once more where there is no network at all; undefined where the system
 * does not permit it. ``unshare -rn`` makes a user and a network namespace, and needs no root.
 */
export function runWithoutInterface(script, args) {
  if(process.env[ONCE]) {
    return undefined;
  }
  const env = {...process.env, [ONCE]: '1'};
  for(const options of [['-n'], ['-rn']]) {
    const probe = child.spawnSync('unshare', [...options, 'true'], {stdio: 'ignore'});
    if(probe.status === 0) {
      const run = child.spawnSync(
        'unshare', [...options, process.execPath, script, ...args], {stdio: 'inherit', env});
      return run.status ?? 1;
    }
  }
  return undefined;
}
