// What a check can find, and the exit code by which a caller tells one reason from another.

export const EXIT = Object.freeze({
  fine: 0,
  unreadable: 10,
  no_credential: 11,
  two_credentials: 12,
  not_a_badge: 13,
  not_signed: 20,
  proof_not_supported: 21,
  key_not_at_hand: 22,
  key_not_the_issuers: 23,
  undefined_terms: 24,
  changed_after_signing: 25,
  claims_contradict: 26,
  issuer_not_known: 30,
  no_status: 40,
  status_list_missing: 41,
  status_list_not_genuine: 42,
  revoked: 43,
  not_yet_valid: 50,
  expired: 51,
  dates_unreadable: 52,
  result_dangling: 60,
  result_missing: 61,
  result_repeated: 62,
  level_too_low: 63,
  schema_broken: 70,
  network_tried: 90,
});

export const USAGE = 2;

// The gravest is told first: of several reasons this order decides the exit code.
export const CHECKS =
  ['document', 'proof', 'issuer', 'status', 'validity', 'results', 'schema', 'network'];

const SAID = Object.freeze({
  unreadable: 'This file cannot be read as a credential.',
  no_credential: 'This picture carries no credential.',
  two_credentials: 'This picture carries more than one credential, so none of them was believed.',
  not_a_badge: 'This document is not an Open Badge.',
  not_signed: 'Nobody signed this credential.',
  proof_not_supported: 'This credential is signed in a way that is not known here.',
  key_not_at_hand: 'The key that this credential says it was signed with is not at hand.',
  key_not_the_issuers: 'This credential was signed with a key that is not its issuer’s.',
  undefined_terms: 'This credential says things that its signature does not cover.',
  changed_after_signing: 'This credential was changed after it was signed.',
  claims_contradict: 'The token around this credential contradicts the credential.',
  issuer_not_known: 'The issuer of this credential is none of those that are expected.',
  no_status: 'This credential names no place where a revocation would be published.',
  status_list_missing: 'The list that would say whether this credential is revoked is not at hand.',
  status_list_not_genuine: 'The list of revocations is not what its issuer signed.',
  revoked: 'This credential was revoked.',
  not_yet_valid: 'This credential does not count yet.',
  expired: 'The time of this credential is over.',
  dates_unreadable: 'The dates of this credential cannot be read.',
  result_dangling: 'A result of this credential belongs to nothing in its achievement.',
  result_missing: 'An essential outcome of this credential has no result.',
  result_repeated: 'An essential outcome of this credential has more than one result.',
  level_too_low: 'A result of this credential is below the level that it requires.',
  schema_broken: 'This credential does not keep the form of an Open Badge 3.0.',
  network_tried: 'Something tried to reach a network; nothing was let through.',
});

export const FINE = 'This credential is genuine, and it counts.';

/** The checks of one credential as they come about. */
export class Findings {
  #found = new Map();

  passed(check, about = {}) {
    this.#found.set(check, {check, outcome: 'passed', ...about});
  }

  failed(check, code, detail) {
    const entry = {check, outcome: 'failed', code, sentence: SAID[code]};
    this.#found.set(check, detail === undefined ? entry : {...entry, detail});
  }

  has(check) {
    return this.#found.has(check);
  }

  /** Every check in the order of gravity; one that was never reached is said to be so. */
  get checks() {
    return CHECKS.map(check => this.#found.get(check) ?? {check, outcome: 'not_checked'});
  }

  /** The gravest failure; a check that was not reached is nobody's reason to believe. */
  get gravest() {
    return this.checks.find(found => found.outcome === 'failed');
  }

  get isFine() {
    return this.checks.every(found => found.outcome === 'passed');
  }
}

/** A reason to stop reading, with its code. */
export class Unreadable extends Error {
  constructor(code, detail) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}
