// Find the one credential in a file: JSON, a token, or a picture that carries either.

import zlib from 'node:zlib';
import {DOMParser} from '@xmldom/xmldom';
import {Unreadable} from './findings.mjs';

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_TEXT = 2 * 1024 * 1024;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const KEYWORD = 'openbadgecredential';
const NAMESPACE = 'https://purl.imsglobal.org/ob/v3p0';

/** Return ``{form, text}``: what kind of file it is, and the credential's own text. */
export function unbake(bytes) {
  if(bytes.length > MOST_BYTES) {
    throw new Unreadable('unreadable', 'the file is larger than 16 MiB');
  }
  if(bytes.subarray(0, PNG.length).equals(PNG)) {
    return {form: 'png', text: onlyOne(textsOfPng(bytes))};
  }
  const text = utf8(bytes).trim();
  if(text.startsWith('<')) {
    return {form: 'svg', text: onlyOne(textsOfSvg(text)).trim()};
  }
  return {form: text.startsWith('{') ? 'json' : 'jwt', text};
}

function onlyOne(texts) {
  if(texts.length === 0) {
    throw new Unreadable('no_credential', 'no chunk or element holds one');
  }
  if(texts.length > 1) {
    throw new Unreadable('two_credentials', `${texts.length} were found`);
  }
  return texts[0];
}

function utf8(bytes) {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch(error) {
    throw new Unreadable('unreadable', 'the text is not UTF-8');
  }
}

function textsOfPng(bytes) {
  const texts = [];
  let at = PNG.length;
  let kind = '';
  while(kind !== 'IEND') {
    if(at + 12 > bytes.length) {
      throw new Unreadable('unreadable', 'the picture ends in the middle of a chunk');
    }
    const length = bytes.readUInt32BE(at);
    kind = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 8 + length;
    if(end + 4 > bytes.length) {
      throw new Unreadable('unreadable', 'the picture ends in the middle of a chunk');
    }
    if(zlib.crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) {
      throw new Unreadable('unreadable', `the checksum of a chunk ${kind} is wrong`);
    }
    if(kind === 'iTXt') {
      texts.push(...textOfChunk(bytes.subarray(at + 8, end)));
    }
    at = end + 4;
  }
  return texts;
}

// keyword 0 compressed? method language 0 translated-keyword 0 text
function textOfChunk(chunk) {
  const keywordEnd = chunk.indexOf(0);
  if(keywordEnd < 0 || chunk.toString('latin1', 0, keywordEnd) !== KEYWORD) {
    return [];
  }
  const languageEnd = chunk.indexOf(0, keywordEnd + 3);
  const translatedEnd = chunk.indexOf(0, languageEnd + 1);
  if(languageEnd < 0 || translatedEnd < 0) {
    throw new Unreadable('unreadable', 'the chunk of the credential is damaged');
  }
  const content = chunk.subarray(translatedEnd + 1);
  return [utf8(chunk[keywordEnd + 1] === 1 ? inflated(content) : content)];
}

function inflated(content) {
  try {
    return zlib.inflateSync(content, {maxOutputLength: MOST_TEXT});
  } catch(error) {
    throw new Unreadable('unreadable', 'the chunk of the credential cannot be inflated');
  }
}

function textsOfSvg(text) {
  if(/<!(DOCTYPE|ENTITY)/i.test(text)) {
    throw new Unreadable('unreadable', 'a picture with a document type is not opened');
  }
  const found = Array.from(
    parsed(text).getElementsByTagNameNS(NAMESPACE, 'credential'));
  return found.map(element => element.getAttribute('verify') || element.textContent);
}

function parsed(text) {
  try {
    return new DOMParser({onError: stopAt}).parseFromString(text, 'image/svg+xml');
  } catch(error) {
    throw new Unreadable('unreadable', `the picture is not well-formed: ${error.message}`);
  }
}

function stopAt(level, message) {
  if(level !== 'warning') {
    throw new Error(message);
  }
}
