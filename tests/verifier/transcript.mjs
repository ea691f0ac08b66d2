#!/usr/bin/env node
// An independent opinion about a transcript (CLR 2.0): its own proof, and that of each badge in it.
// Use: node transcript.mjs DOCUMENTS CLR-CONTEXT FILE. Whether each badge counts is verify.mjs's.

import fs from 'node:fs';
import {shutNetwork} from './offline.mjs';

const CLR = 'https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json';

shutNetwork();
const {Documents} = await import('./documents.mjs');
const {flawOfProof, issuerOf} = await import('./proofs.mjs');

const [folder, context, file] = process.argv.slice(2);
const documents = new Documents(folder);
const known = documents.loader;
const clr = JSON.parse(fs.readFileSync(context, 'utf8'));
const loader = async address => address === CLR
  ? {contextUrl: null, documentUrl: address, document: clr}
  : known(address);

const transcript = JSON.parse(fs.readFileSync(file, 'utf8'));
const badges = [transcript.credentialSubject.verifiableCredential].flat();
const said = [];
for(const each of [transcript, ...badges]) {
  const flaw = await flawOfProof(each, {loader});
  said.push({id: each.id, issuer: issuerOf(each), code: flaw?.code ?? 'unchanged', detail: flaw?.detail ?? ''});
}
process.stdout.write(`${JSON.stringify(said)}\n`);
