import type { LibraryTokenizer } from './library-tokenizer.ts';
import { PrecompiledCharsmap } from './precompiled-charsmap.ts';
import { byteLevelBytes } from './token-bytes.ts';
import { byteToken, type Component } from './tokenizer-components.ts';
import { unsupported } from './unsupported-component.ts';

/** What the library makes of a component. Its types hide what is replaced here. */
interface Step {
  normalizers?: readonly Step[];
  tokenizers?: readonly Step[];
  decoders?: readonly Step[];
  normalize?(text: string): string;
  pre_tokenize?(text: string): string[];
  pre_tokenize_text?(text: string): string[];
  decode_chain?(tokens: readonly string[]): string[];
  readonly pattern?: RegExp | null;
  text_decoder?: TextDecoder;
  end_of_word_suffix?: string | null;
}

/** Of texts, by UTF-16 units. */
interface TrieNode {
  readonly next: Map<string, TrieNode>;
  /** Whose text ends here. */
  token: AddedToken | null;
}

interface AddedToken {
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

interface LibraryInside {
  readonly normalizer: Step | null;
  readonly pre_tokenizer: Step | null;
  readonly decoder: Step | null;
  readonly model: {
    readonly tokens_to_ids: ReadonlyMap<string, number>;
    encode(pieces: readonly string[]): string[];
    _call(pieces: readonly string[]): string[];
  };
  readonly added_tokens: readonly AddedToken[];
  readonly added_tokens_map: Map<string, AddedToken>;
  encode_text(text: string | null): string[] | null;
}

/** What the components are made of, as tokenizer-components.ts writes it. */
interface Parts {
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  readonly post_processor: unknown;
  readonly decoder: unknown;
  readonly model: object;
}

/**
 * Replaces those steps of the library that differ from Python's `tokenizers` 0.23 and cannot be expressed by other
 * components. `parts` is what `library` was made of.
 */
export function installExactSteps(library: LibraryTokenizer['_tokenizer'], parts: Parts): void {
  const inside = library as unknown as LibraryInside;
  /** Does what is pre-tokenized next stand at the start of the text? */
  const place = { isStart: false };

  forEachStep(inside.normalizer, parts.normalizer, (step, part) => {
    if (part.type !== 'Precompiled') return;
    const charsmap = readCharsmap(part.precompiled_charsmap);
    step.normalize = (text) => charsmap.normalize(text);
  });
  forEachStep(inside.pre_tokenizer, parts.pre_tokenizer, (step, part) => {
    if (part.type === 'Split') {
      const { pattern } = step;
      if (pattern) step.pre_tokenize_text = (text) => splitText(text, pattern, part);
    }
    if (part.type === 'Metaspace') {
      const replacement = String(part.replacement);
      step.pre_tokenize_text = (text) => {
        const isPrefixed =
          part.prepend_scheme === 'always' || (part.prepend_scheme === 'first' && place.isStart);
        place.isStart = false;
        const spaced = text.replaceAll(' ', replacement);
        return [isPrefixed && !spaced.startsWith(replacement) ? replacement + spaced : spaced];
      };
    }
  });
  forEachStep(inside.decoder, parts.decoder, (step, part) => {
    // U+FEFF is text here, not a mark of the byte order.
    if (step.text_decoder) step.text_decoder = utf8;
    if (part.type === 'ByteLevel') {
      step.decode_chain = (tokens) => [utf8.decode(Uint8Array.from(tokens.flatMap(byteLevelBytes)))];
    }
    if (part.type === 'Metaspace') {
      const { replacement = '▁' } = part as { readonly replacement?: string };
      const keepsFirst = part.prepend_scheme === 'never' || part.add_prefix_space === false;
      step.decode_chain = (tokens) =>
        tokens.map((token, i) => token.replaceAll(replacement, i === 0 && !keepsFirst ? '' : ' '));
    }
  });
  requireOwnIds(library, parts.post_processor);
  // Only a BPEDecoder reads it.
  if (inside.decoder) inside.decoder.end_of_word_suffix = null;
  installModel(inside, parts.model as Component);
  installEncoder(inside, place);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const lists = [
  ['normalizers', 'normalizers'],
  ['tokenizers', 'pretokenizers'],
  ['decoders', 'decoders'],
] as const;

function forEachStep(step: Step | null, part: unknown, visit: (step: Step, part: Component) => void): void {
  if (step === null) return;
  for (const [ofStep, ofPart] of lists) {
    step[ofStep]?.forEach((inner, i) => {
      forEachStep(inner, (part as Readonly<Record<string, readonly unknown[]>>)[ofPart]?.[i], visit);
    });
  }
  visit(step, part as Component);
}

/** Post-processors name their tokens and give their ids: Python takes the ids, the library the names. */
function requireOwnIds(library: LibraryTokenizer['_tokenizer'], part: unknown): void {
  const { type, processors, special_tokens, cls, sep } = (part ?? {}) as Component;
  if (Array.isArray(processors)) for (const inner of processors) requireOwnIds(library, inner);
  const specials = Object.values(special_tokens ?? {}) as {
    readonly tokens?: unknown;
    readonly ids?: unknown;
  }[];
  const pairs = specials.flatMap(({ tokens, ids }) =>
    Array.isArray(tokens) && Array.isArray(ids) ? tokens.map((token, i) => [token, ids[i]]) : [],
  );
  for (const pair of [...pairs, cls, sep]) {
    const [token, id] = (pair ?? []) as readonly unknown[];
    if (typeof token !== 'string') continue;
    const own = library.token_to_id(token);
    if (own !== undefined && own !== id) {
      throw unsupported(`${type} that gives ${JSON.stringify(token)} the id ${id}; its own is ${own}`);
    }
  }
}

function readCharsmap(base64: unknown): PrecompiledCharsmap {
  try {
    return new PrecompiledCharsmap(String(base64));
  } catch {
    throw unsupported('Precompiled with a table that cannot be read');
  }
}

interface Section {
  readonly text: string;
  readonly token: AddedToken | null;
}

/**
 * Text to the names of tokens. Tokens that were added are looked for in the text first, those that are normalized in what
 * the normalizer makes of the rest.
 */
function installEncoder(inside: LibraryInside, place: { isStart: boolean }): void {
  const { pre_tokenizer: preTokenizer, model, added_tokens: added } = inside;
  const normalize = (text: string): string => inside.normalizer?.normalize?.(text) ?? text;
  // The library would read names of common tokens as names of added ones.
  inside.added_tokens_map.clear();
  const first = trieOf(added.filter((token) => !token.normalized).map((token) => [token.content, token]));
  const second = trieOf(
    added.filter((token) => token.normalized).map((token) => [normalize(token.content), token]),
  );
  inside.encode_text = (text) => {
    if (text === null) return null;
    const found: string[] = [];
    place.isStart = true;
    const visit = ({ text, token }: Section, next: (text: string) => void) => {
      if (token === null) return next(text);
      found.push(token.content);
      place.isStart = false;
    };
    for (const section of sectionsOf(text, first)) {
      visit(section, (raw) => {
        for (const inner of sectionsOf(normalize(raw), second)) {
          visit(inner, (rest) => {
            for (const piece of preTokenizer?.pre_tokenize?.(rest) ?? [rest])
              found.push(...model._call([piece]));
          });
        }
      });
    }
    return found;
  };
}

/** Added tokens by the longest text at the first place; each takes the white space beside it that it claims. */
function sectionsOf(text: string, trie: TrieNode): readonly Section[] {
  const sections: Section[] = [];
  let sectionStart = 0;
  let at = 0;
  while (at < text.length) {
    const found = longestIn(trie, text, at);
    if (found === null) {
      at += 1;
      continue;
    }
    const { token } = found;
    const start = at;
    at = found.end;
    if (token.single_word && (isWordBefore(text, start) || isWordAt(text, at))) continue;
    const before = text.slice(sectionStart, start);
    sections.push({ text: token.lstrip ? before.replace(spaceAtEnd, '') : before, token: null });
    sections.push({ text: token.content, token });
    if (token.rstrip) at += spaceAtStart.exec(text.slice(at))![0].length;
    sectionStart = at;
  }
  sections.push({ text: text.slice(sectionStart), token: null });
  return sections.filter((section) => section.text !== '');
}

const spaceAtStart = /^\p{White_Space}*/u;
// Begun once in each run of white space, however long the run is.
const spaceAtEnd = /(?<!\p{White_Space})\p{White_Space}+$/u;

function trieOf(tokens: readonly (readonly [text: string, token: AddedToken])[]): TrieNode {
  const newNode = (): TrieNode => ({ next: new Map(), token: null });
  const root = newNode();
  for (const [text, token] of tokens) {
    let node = root;
    for (let i = 0; i < text.length; i += 1) {
      const next = node.next.get(text[i]!) ?? newNode();
      node.next.set(text[i]!, next);
      node = next;
    }
    // A text without characters is nowhere.
    if (node !== root) node.token = token;
  }
  return root;
}

function longestIn(trie: TrieNode, text: string, start: number) {
  let found: { readonly token: AddedToken; readonly end: number } | null = null;
  let node: TrieNode | undefined = trie;
  for (let i = start; node !== undefined; i += 1) {
    if (node.token) found = { token: node.token, end: i };
    node = i < text.length ? node.next.get(text[i]!) : undefined;
  }
  return found;
}

const word = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const wordAtStart = new RegExp(`^${word}`, 'u');
const wordAtEnd = new RegExp(`${word}$`, 'u');
// A character has up to two units.
const isWordBefore = (text: string, at: number) => wordAtEnd.test(text.slice(Math.max(0, at - 2), at));
const isWordAt = (text: string, at: number) => wordAtStart.test(text.slice(at, at + 2));

interface Span {
  start: number;
  end: number;
}

/** The pieces of `text` between and around the matches of `pattern`, joined as the component's behavior says. */
function splitText(text: string, pattern: RegExp, { behavior, invert }: Component): string[] {
  const spans: (Span & { readonly isMatch: boolean })[] = [];
  let end = 0;
  for (const { index, 0: match } of text.matchAll(pattern)) {
    // V8 finds empty matches between the two units of a character too.
    if (match === '' && text.codePointAt(index - 1)! > 0xffff) continue;
    if (end < index) spans.push({ start: end, end: index, isMatch: invert === true });
    end = index + match.length;
    spans.push({ start: index, end, isMatch: invert !== true });
  }
  if (end < text.length) spans.push({ start: end, end: text.length, isMatch: invert === true });

  if (behavior === 'MergedWithNext') spans.reverse();
  const pieces: Span[] = [];
  let wasMatch: boolean | null = null;
  for (const { start, end, isMatch } of spans) {
    const last = pieces.at(-1);
    const isJoined =
      behavior === 'Contiguous'
        ? isMatch === wasMatch
        : (behavior === 'MergedWithPrevious' || behavior === 'MergedWithNext') &&
          isMatch &&
          wasMatch === false;
    if (last && isJoined) {
      last.start = Math.min(last.start, start);
      last.end = Math.max(last.end, end);
    } else if (behavior !== 'Removed' || !isMatch) pieces.push({ start, end });
    wasMatch = isMatch;
  }
  if (behavior === 'MergedWithNext') pieces.reverse();
  return pieces.filter(({ start, end }) => start < end).map(({ start, end }) => text.slice(start, end));
}

/** Called with one piece at a time, so that unknown characters of two pieces make two tokens. */
function installModel({ model }: LibraryInside, part: Component): void {
  const encode = model._call.bind(model);
  const encoder = new TextEncoder();
  const isKnown = (token: string) => model.tokens_to_ids.has(token);
  const bytesOf = (token: string): readonly string[] | null => {
    const bytes = Array.from(encoder.encode(token), byteToken);
    return bytes.every(isKnown) ? bytes : null;
  };
  if (part.type === 'Unigram' && part.byte_fallback === true) {
    // The library reads it for BPE alone.
    model._call = (pieces) =>
      encode(pieces).flatMap((token) => (isKnown(token) ? [token] : (bytesOf(token) ?? [token])));
  }
  if (part.type === 'BPE' && part.unk_token == null) {
    // Unknown characters are left out before their neighbours are merged.
    const stays = (character: string) =>
      isKnown(character) || (part.byte_fallback === true && bytesOf(character) !== null);
    model._call = ([piece]) => {
      const tokens = encode([piece!]);
      if (tokens.reduce((length, token) => length + token.length, 0) === piece!.length) return tokens;
      return encode([Array.from(piece!).filter(stays).join('')]);
    };
  }
}
