// Whether a credential was revoked. The library answers "verified" for a revoked one as well: what
// counts is the bit.

import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {newSuite} from './proofs.mjs';

/** Return ``undefined`` where it counts, else ``{code, detail}``. */
export async function flawOfStatus(credential, documents, now) {
  const entry = credential.credentialStatus;
  const isOurKind = entry?.type === 'BitstringStatusListEntry' &&
    entry.statusPurpose === 'revocation' && typeof entry.statusListIndex === 'string' &&
    /^(0|[1-9]\d*)$/.test(entry.statusListIndex);
  if(!isOurKind) {
    return {code: 'no_status', detail: 'not one entry of a list of revocations'};
  }
  const list = documents.get(entry.statusListCredential);
  if(list === undefined) {
    return {code: 'status_list_missing', detail: entry.statusListCredential};
  }
  const options = {suite: newSuite(), documentLoader: documents.loader};
  const signed = await vc.verifyCredential({credential: list, now, ...options});
  if(!signed.verified) {
    return {code: 'status_list_not_genuine', detail: signed.error?.message ?? 'not verified'};
  }
  const found = await checkStatus({
    credential, ...options, verifyBitstringStatusListCredential: false,
  });
  if(!found.verified || found.results.length !== 1) {
    return {code: 'status_list_not_genuine', detail: found.error?.message ?? 'no one answer'};
  }
  return found.results[0].status
    ? {code: 'revoked', detail: `place ${entry.statusListIndex}`}
    : undefined;
}
