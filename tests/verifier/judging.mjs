// All checks of one credential, one after the other; a failed one does not hide the others.

import fs from 'node:fs';
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import {Documents} from './documents.mjs';
import {EXIT, FINE, Findings, Unreadable} from './findings.mjs';
import {attempts} from './offline.mjs';
import {flawOfProof, issuerOf, readToken} from './proofs.mjs';
import {flawOfResults} from './results.mjs';
import {flawOfStatus} from './status.mjs';
import {unbake} from './unbaking.mjs';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const TYPES = ['OpenBadgeCredential', 'AchievementCredential'];

/** Return the judge for these issuers, documents and this instant: bytes in, verdict out. */
export function judgeOf({issuer, documents: folder, now, schema}) {
  const documents = new Documents(folder);
  const context = {issuers: issuer, documents, now, validate: validatorOf(schema)};
  return async bytes => {
    const findings = new Findings();
    const read = await reading(bytes, documents, findings);
    if(read !== undefined) {
      await look(read, context, findings);
    }
    settle(findings, 'network', attempts().length ? {code: 'network_tried'} : undefined);
    return verdict(findings, read?.form);
  };
}

function validatorOf(schema) {
  const ajv = new Ajv2019({allErrors: false, strict: false});
  addFormats(ajv);
  return ajv.compile(JSON.parse(fs.readFileSync(schema, 'utf8')));
}

async function reading(bytes, documents, findings) {
  try {
    const {form, text} = unbake(bytes);
    const {credential, flaw, token} = await parsed(text, documents);
    if(!TYPES.some(type => [credential?.type].flat().includes(type))) {
      throw new Unreadable('not_a_badge', `type ${credential?.type}`);
    }
    findings.passed('document', {form, token});
    return {credential, flaw, form, token};
  } catch(error) {
    if(!(error instanceof Unreadable)) {
      throw error;
    }
    findings.failed('document', error.code, error.detail);
    return undefined;
  }
}

async function parsed(text, documents) {
  if(!text.startsWith('{')) {
    const read = await readToken(text, documents);
    if(read.credential === undefined) {
      throw new Unreadable(read.code, read.detail);
    }
    return {...read, token: true};
  }
  try {
    return {credential: JSON.parse(text), token: false};
  } catch(error) {
    throw new Unreadable('unreadable', 'not JSON');
  }
}

async function look({credential, flaw, token}, {issuers, documents, now, validate}, findings) {
  // A token may carry a credential without a proof of its own; one that is there has to hold.
  const needsProof = !token || credential.proof !== undefined;
  const signature = flaw ?? (needsProof ? await flawOfProof(credential, documents) : undefined);
  settle(findings, 'proof', signature);
  const issuer = issuerOf(credential);
  settle(findings, 'issuer', issuers.includes(issuer)
    ? undefined : {code: 'issuer_not_known', detail: issuer});
  if(signature === undefined) {
    settle(findings, 'status', await flawOfStatus(credential, documents, now));
  }
  settle(findings, 'validity', flawOfPeriod(credential, now));
  settle(findings, 'results', flawOfResults(credential.credentialSubject ?? {}));
  settle(findings, 'schema', validate(credential)
    ? undefined
    : {code: 'schema_broken', detail: validate.errors.map(e => `${e.instancePath} ${e.message}`)[0]});
}

function flawOfPeriod({validFrom, validUntil}, now) {
  const read = [validFrom, ...(validUntil === undefined ? [] : [validUntil])];
  if(!read.every(instant => INSTANT.test(instant) && !Number.isNaN(Date.parse(instant)))) {
    return {code: 'dates_unreadable', detail: `${read}`};
  }
  if(Date.parse(validFrom) > now.getTime()) {
    return {code: 'not_yet_valid', detail: validFrom};
  }
  return validUntil !== undefined && Date.parse(validUntil) < now.getTime()
    ? {code: 'expired', detail: validUntil}
    : undefined;
}

function settle(findings, check, flaw) {
  if(flaw) {
    findings.failed(check, flaw.code, flaw.detail);
  } else {
    findings.passed(check);
  }
}

function verdict(findings, form) {
  const reason = findings.gravest;
  const code = findings.isFine ? 'fine' : reason.code;
  return {
    form,
    verified: findings.isFine,
    code,
    exit: EXIT[code],
    checks: findings.checks,
    line: findings.isFine ? FINE : reason.sentence,
  };
}
