import { maxPatternSize } from './pattern-cost.ts';
import { unsupported } from './unsupported-component.ts';

/** Multi-character foldings of ASCII: without case, `ss` is ß and `fi` is ﬁ. */
const ligatures = /ss|st|f[filf]/i;

interface Group {
  /** Where it starts in what is written. */
  readonly start: number;
  readonly isAtomic: boolean;
  readonly ignoresCase: boolean;
}

/**
 * The same pattern in those forms of Oniguruma, the regular expressions of Python's `tokenizers`, that the library translates
 * exactly. It reads possessive quantifiers and atomic groups as common ones, and folds the case of ASCII letters alone.
 * @throws EngineError `model-unsupported` where a form cannot be reproduced
 */
export function exactPattern(source: string): string {
  // To be refused for its length.
  if (source.length > maxPatternSize) return source;
  let written = '';
  let atomStart = 0;
  let atomics = 0;
  const groups: Group[] = [];
  let ignoresCase = false;
  let letters = '';
  let at = 0;

  const take = (form: RegExp): string | null => {
    form.lastIndex = at;
    const found = form.exec(source)?.[0] ?? null;
    if (found !== null) at = form.lastIndex;
    return found;
  };
  const atom = (text: string) => {
    atomStart = written.length;
    written += text;
  };
  /** JavaScript does not go back into what it looks ahead at. */
  const makeAtomic = (start: number) => {
    atomics += 1;
    const body = written.slice(start);
    written = `${written.slice(0, start)}(?:(?=(?<_${atomics}>${body}))\\k<_${atomics}>)`;
    atomStart = start;
  };
  const refuse = (form: string) => unsupported(`the pattern ${source.slice(0, 200)} with ${form}`);

  while (at < source.length) {
    const isLetter = ignoresCase && /^[a-z]$/i.test(source[at]!);
    letters = isLetter ? (letters + source[at]).slice(-2) : '';
    if (ligatures.test(letters)) throw refuse(`${letters} inside (?i:`);

    const property = take(/\\[pP]\{\^?[^}]*\}/y);
    const escaped = property ?? take(/\\(?:x\{[^}]*\}|x[\da-f]{1,2}|u[\da-f]{4}|[\s\S])/iuy);
    if (escaped !== null) {
      if (escaped === '\\G') throw refuse(escaped);
      if (ignoresCase && /^\\[pPxu]/.test(escaped)) throw refuse(`${escaped} inside (?i:`);
      atom(withoutCaret(escaped));
      continue;
    }
    if (source[at] === '[') {
      const end = endOfClass(source, at);
      const content = source.slice(at, end);
      at = end;
      atom(
        ignoresCase ? classWithoutCase(content, refuse) : content.replace(/\\[pP]\{\^[^}]*\}/g, withoutCaret),
      );
      continue;
    }
    const opening = take(/\((?:\?(?:[:=!>]|<[=!]|<\w+>|i:))?/y);
    if (opening !== null) {
      groups.push({ start: written.length, isAtomic: opening === '(?>', ignoresCase });
      if (opening === '(?i:') ignoresCase = true;
      written += opening === '(?>' ? '(?:' : opening;
      continue;
    }
    if (take(/\)/y) !== null) {
      const group = groups.pop();
      written += ')';
      if (group === undefined) continue;
      atomStart = group.start;
      ignoresCase = group.ignoresCase;
      if (group.isAtomic) makeAtomic(group.start);
      continue;
    }
    const possessive = take(/[*+?]\+/y);
    if (possessive !== null) {
      written += possessive[0];
      makeAtomic(atomStart);
      continue;
    }
    const quantifier = take(/[*+?]\??|\{\d*,?\d*\}\??/y);
    if (quantifier !== null) {
      if (/^\{\d+\}\?$/.test(quantifier)) throw refuse(quantifier);
      written += quantifier;
      continue;
    }
    const character = take(/[\s\S]/uy)!;
    if (ignoresCase) {
      if (character > '\x7f' && character.toLowerCase() !== character.toUpperCase()) {
        throw refuse(`${character} inside (?i:`);
      }
      atom(foldings[character.toLowerCase()] ?? character);
    } else atom(character);
  }
  return written;
}

/** Letters beyond ASCII that are an ASCII letter without case. */
const foldings: Readonly<Record<string, string>> = { s: '[sSſ]', k: String.raw`[kK\x{212A}]` };

/** `\p{^L}` is `\P{L}`. */
function withoutCaret(property: string): string {
  const found = /^\\([pP])\{\^(.*)\}$/.exec(property);
  return found ? `\\${found[1] === 'p' ? 'P' : 'p'}{${found[2]}}` : property;
}

function classWithoutCase(content: string, refuse: (form: string) => Error): string {
  if (!/^\[\^?(?:[^[\]\\&\x80-\uffff]|\\[^\dA-Za-z]|\\[dsrnt])+\]$/.test(content))
    throw refuse(`${content} inside (?i:`);
  const isIn = (character: string): boolean => {
    try {
      return new RegExp(content.replace(/^\[\^/, '['), 'i').test(character);
    } catch {
      throw refuse(content);
    }
  };
  const more = (isIn('s') ? 'ſ' : '') + (isIn('k') ? String.raw`\x{212A}` : '');
  return content.replace(/\]$/, `${more}]`);
}

/** Behind its last bracket; classes hold others. */
function endOfClass(source: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < source.length) {
    const character = source[at];
    if (character === '\\') at += 2;
    else if (character === '[') {
      depth += 1;
      at += source[at + 1] === '^' ? 2 : 1;
      // A bracket that stands first closes nothing.
      if (source[at] === ']') at += 1;
    } else if (character === ']') {
      depth -= 1;
      at += 1;
      if (depth === 0) return at;
    } else at += 1;
  }
  return source.length;
}
