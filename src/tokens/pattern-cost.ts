/**
 * How long a regular expression may take at worst. JavaScript's engines backtrack and cannot be interrupted, so that a
 * tokenizer's patterns are judged by their form, before they see a text: at a place in a text of n characters a match
 * may take up to `ways` times n^`degree` steps. All published tokenizers have degree 0 or 1.
 */
interface Cost {
  readonly ways: number;
  readonly degree: number;
}

type Pattern =
  /** One character, or a place between two. */
  | { readonly kind: 'atom' }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  /** `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`, and `(?=(?<_1>…))\k<_1>`, which is matched in one way. */
  | { readonly kind: 'look'; readonly body: Pattern }
  | { readonly kind: 'repeat'; readonly body: Pattern; readonly min: number; readonly max: number };

/** A repetition that may go on for longer counts as one without an end. */
const shortRepeat = 9;
const maxWays = 2 ** 14;
/** Where a text's length counts. */
const maxWaysWithLoop = 8;
/** Of the pattern with its counted repetitions written out. */
export const maxPatternSize = 20_000;

/**
 * Why a pattern may take too long, in words that follow "it"; null where its time is bounded by the square of the text's
 * length. Some harmless patterns are refused, as `(?:a|b)*`; none of a published tokenizer is.
 */
export function patternProblem({ source }: RegExp): string | null {
  if (source.length > maxPatternSize)
    return `has ${source.length} characters, more than the limit of ${maxPatternSize}`;
  try {
    const pattern = new PatternReader(source).read();
    if (sizeOf(pattern) > maxPatternSize) return `repeats its parts more than ${maxPatternSize} times`;
    const { ways, degree } = costOf(pattern, false);
    if (degree > 1) return 'has repetitions that share their characters';
    if (ways > (degree === 0 ? maxWays : maxWaysWithLoop)) return 'can match in too many ways';
    return null;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    // Of a stack that is full.
    return 'is nested too deeply';
  }
}

class PatternError extends Error {}

/** @param isFollowed true where something behind the pattern may fail, so that it is matched in all its ways */
function costOf(pattern: Pattern, isFollowed: boolean): Cost {
  switch (pattern.kind) {
    case 'atom':
      return { ways: 1, degree: 0 };
    case 'choice': {
      const costs = pattern.options.map((option) => costOf(option, isFollowed));
      const sum = costs.reduce((all, { ways }) => all + ways, 0);
      const degree = Math.max(...costs.map((cost) => cost.degree));
      return { ways: isFollowed ? sum : Math.max(...costs.map(({ ways }) => ways)), degree };
    }
    case 'sequence': {
      let cost: Cost = { ways: 1, degree: 0 };
      let mayFail = isFollowed;
      for (const part of [...pattern.parts].reverse()) {
        const own = costOf(part, mayFail);
        cost = { ways: cost.ways * own.ways, degree: cost.degree + own.degree };
        mayFail ||= canFail(part);
      }
      return cost;
    }
    case 'look': {
      // What it looks at is looked at again from the next place.
      const { ways, degree } = costOf(pattern.body, false);
      return { ways, degree: hasLoop(pattern.body) ? Math.max(1, degree) : degree };
    }
    case 'repeat':
      return costOfRepeat(pattern, isFollowed);
  }
}

function costOfRepeat(
  { body, min, max }: Extract<Pattern, { readonly kind: 'repeat' }>,
  isFollowed: boolean,
): Cost {
  if (max <= 1) {
    const { ways, degree } = costOf(body, isFollowed);
    return { ways: isFollowed && min === 0 ? ways + 1 : ways, degree };
  }
  // What follows the body is the body itself.
  const { ways, degree } = costOf(body, true);
  if (hasLoop(body) || degree > 0) throw new PatternError('has a repetition inside a repetition');
  if (max <= shortRepeat) {
    let sum = 0;
    for (let count = min; count <= max; count += 1) sum += ways ** count;
    return { ways: sum, degree: 0 };
  }
  if (ways > 1) throw new PatternError('has a choice inside a repetition');
  return { ways: 1, degree: isFollowed && min !== max ? 1 : 0 };
}

function canFail(pattern: Pattern): boolean {
  if (pattern.kind === 'sequence') return pattern.parts.some(canFail);
  if (pattern.kind === 'choice') return pattern.options.every(canFail);
  if (pattern.kind === 'repeat') return pattern.min > 0 && canFail(pattern.body);
  return true;
}

function hasLoop(pattern: Pattern): boolean {
  if (pattern.kind === 'sequence') return pattern.parts.some(hasLoop);
  if (pattern.kind === 'choice') return pattern.options.some(hasLoop);
  if (pattern.kind === 'look') return hasLoop(pattern.body);
  if (pattern.kind === 'repeat') return pattern.max > shortRepeat || hasLoop(pattern.body);
  return false;
}

function sizeOf(pattern: Pattern): number {
  const sum = (parts: readonly Pattern[]) => parts.reduce((all, part) => all + sizeOf(part), 1);
  if (pattern.kind === 'sequence') return sum(pattern.parts);
  if (pattern.kind === 'choice') return sum(pattern.options);
  if (pattern.kind === 'look') return sum([pattern.body]);
  if (pattern.kind === 'atom') return 1;
  const times = pattern.max === Infinity ? pattern.min + 1 : pattern.max;
  return sum([pattern.body]) * Math.max(1, times);
}

/** The source of a RegExp with the flag u, whose syntax JavaScript has checked before. */
class PatternReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#source.length) throw new PatternError('has a form that is not known');
    return pattern;
  }

  #choice(): Pattern {
    const options = [this.#sequence()];
    while (this.#take(/\|/y)) options.push(this.#sequence());
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at]!)) {
      parts.push(this.#quantified(this.#part()));
    }
    return { kind: 'sequence', parts };
  }

  #part(): Pattern {
    const atomic = this.#take(/\(\?=(?=\(\?<(_\d+)>)/y)?.[1];
    if (atomic !== undefined) {
      const body = this.#closed();
      if (!this.#take(new RegExp(`\\\\k<${atomic}>`, 'y')))
        throw new PatternError('has a form that is not known');
      return { kind: 'look', body };
    }
    if (this.#take(/\\(?:[1-9]|k<)/y)) throw new PatternError('refers back to a group');
    if (this.#take(/\(\?<?[=!]/y)) return { kind: 'look', body: this.#closed() };
    if (this.#take(/\((?:\?(?:<[^>]*>|[a-z-]*:))?/y)) return this.#closed();
    if (this.#take(/\[(?:\\.|[^\]\\])*\]|\\[pu]\{[^}]*\}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\.|./isuy)) {
      return { kind: 'atom' };
    }
    throw new PatternError('has a form that is not known');
  }

  #closed(): Pattern {
    const body = this.#choice();
    if (!this.#take(/\)/y)) throw new PatternError('has a form that is not known');
    return body;
  }

  #quantified(body: Pattern): Pattern {
    const found = this.#take(/([*+?]|\{(\d+)(,?)(\d*)\})\??/y);
    if (!found) return body;
    const [, sign, least, comma, most] = found;
    if (sign === '*') return { kind: 'repeat', body, min: 0, max: Infinity };
    if (sign === '+') return { kind: 'repeat', body, min: 1, max: Infinity };
    if (sign === '?') return { kind: 'repeat', body, min: 0, max: 1 };
    const min = Number(least);
    return { kind: 'repeat', body, min, max: comma === '' ? min : most === '' ? Infinity : Number(most) };
  }

  #take(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.#at;
    const found = form.exec(this.#source);
    if (found) this.#at = form.lastIndex;
    return found;
  }
}
