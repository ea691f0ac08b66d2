// Who signed a credential, and whether it was changed since: the embedded proof and the token.

import * as jose from 'jose';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';

const SUITE = 'eddsa-rdfc-2022';
// The library's decoder forgives blanks around a signature; a signature has one spelling here.
const SIGNATURE = /^z[1-9A-HJ-NP-Za-km-z]+$/;
const HEADERS = ['alg', 'kid', 'typ'];
const CLAIMS = ['iss', 'sub', 'jti', 'nbf', 'exp'];

export function issuerOf(credential) {
  return typeof credential.issuer === 'string' ? credential.issuer : credential.issuer?.id;
}

/** Return ``undefined`` where the embedded proof holds, else ``{code, detail}``. */
export async function flawOfProof(credential, documents) {
  const {proof} = credential;
  if(proof === undefined || proof === null) {
    return {code: 'not_signed', detail: 'no proof'};
  }
  const isOurKind = proof.type === 'DataIntegrityProof' && proof.cryptosuite === SUITE &&
    proof.proofPurpose === 'assertionMethod' && typeof proof.verificationMethod === 'string' &&
    typeof proof.proofValue === 'string' && SIGNATURE.test(proof.proofValue);
  if(!isOurKind) {
    return {code: 'proof_not_supported', detail: 'not one proof by eddsa-rdfc-2022'};
  }
  return await flawOfKey(credential, documents) ?? await flawOfSignature(credential, documents);
}

async function flawOfKey(credential, documents) {
  const {verificationMethod: named} = credential.proof;
  let method;
  let controller;
  try {
    method = (await documents.loader(named)).document;
    controller = (await documents.loader(method.controller)).document;
  } catch(error) {
    return {code: 'key_not_at_hand', detail: named};
  }
  const allowed = [controller.assertionMethod ?? []].flat().map(each => each.id ?? each);
  return method.controller === issuerOf(credential) && allowed.includes(named)
    ? undefined
    : {code: 'key_not_the_issuers', detail: `${named} is of ${method.controller}`};
}

// The period is a check of its own, and so is the status: here the library is asked about the
// signature alone, as it was when the credential began to count.
async function flawOfSignature(credential, documents) {
  const result = await vc.verifyCredential({
    credential,
    suite: newSuite(),
    documentLoader: documents.loader,
    now: startOf(credential),
    checkStatus: async () => ({verified: true, results: []}),
  });
  if(result.verified) {
    return undefined;
  }
  const errors = [...(result.results ?? []).map(each => each.error), result.error].flatMap(causes);
  return isAboutTerms(errors)
    ? {code: 'undefined_terms', detail: firstMessage(errors)}
    : {code: 'changed_after_signing', detail: firstMessage(errors)};
}

export function newSuite() {
  return new DataIntegrityProof({cryptosuite});
}

function startOf(credential) {
  const start = new Date(credential.validFrom);
  return Number.isNaN(start.getTime()) ? new Date() : start;
}

// jsonld gives each of its errors a name of its own; safe mode refuses what a context does not
// define with a validation error, and an unknown context with a failed loading.
function isAboutTerms(errors) {
  return errors.some(error => /^jsonld\./.test(error?.name ?? ''));
}

function causes(error) {
  return error === undefined ? [] : [...(error.errors ?? []).flatMap(causes), error];
}

function firstMessage(errors) {
  return errors.find(error => error?.message)?.message;
}

/** Read a token: ``{credential}`` without the token's own claims, or ``{code, detail}``. */
export async function readToken(token, documents) {
  let header;
  let payload;
  try {
    header = jose.decodeProtectedHeader(token);
    payload = jose.decodeJwt(token);
  } catch(error) {
    return {code: 'unreadable', detail: 'neither JSON nor a token'};
  }
  const credential = Object.fromEntries(
    Object.entries(payload).filter(([name]) => !CLAIMS.includes(name)));
  const flaw = await flawOfToken(token, header, payload, documents);
  return {credential, flaw};
}

async function flawOfToken(token, header, payload, documents) {
  const isOurKind = header.alg === 'RS256' && Object.keys(header).every(name => HEADERS.includes(name));
  if(!isOurKind) {
    return {code: 'proof_not_supported', detail: `header ${Object.keys(header)}, alg ${header.alg}`};
  }
  const key = documents.key(header.kid);
  if(key === undefined) {
    return {code: 'key_not_at_hand', detail: header.kid};
  }
  if(header.kid.startsWith('did:') && header.kid.split('#')[0] !== issuerOf(payload)) {
    return {code: 'key_not_the_issuers', detail: header.kid};
  }
  try {
    await jose.compactVerify(token, await jose.importJWK(key, 'RS256'), {algorithms: ['RS256']});
  } catch(error) {
    return {code: 'changed_after_signing', detail: error.message};
  }
  return flawOfClaims(payload);
}

function flawOfClaims(payload) {
  const seconds = instant => instant === undefined ? undefined : Date.parse(instant) / 1000;
  const expected = {
    iss: issuerOf(payload),
    jti: payload.id,
    sub: payload.credentialSubject?.id,
    nbf: seconds(payload.validFrom),
    exp: seconds(payload.validUntil),
  };
  const wrong = CLAIMS.find(name => payload[name] !== expected[name]);
  return wrong && {code: 'claims_contradict', detail: wrong};
}
