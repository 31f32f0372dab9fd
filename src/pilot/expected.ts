import * as v from 'valibot';
import { patternProblem } from '../tokens/pattern-cost.ts';

/**
 * What a prompt's continuation should be: this text, one of these texts, a text in which a pattern is found, or a text
 * that names this choice before any other. A continuation is compared in NFC, with `\n` for every line break, and
 * without white space at its ends; so is what is expected.
 */
export type Expected = string | readonly string[] | ExpectedPattern | ExpectedChoice;

export interface ExpectedPattern {
  /** A regular expression of JavaScript with the flag u; it is searched for, not anchored. */
  readonly pattern: string;
  /** i, m or s. */
  readonly flags?: string;
}

export interface ExpectedChoice {
  readonly choices: readonly string[];
  /** One of them. */
  readonly answer: string;
}

/**
 * A pattern takes up to the square of a text's length, and nothing can interrupt it: of a longer text it sees the two
 * ends. 4,000 characters take the slowest pattern that is accepted about 0.3 s, a usual one microseconds.
 */
const maxPatternText = 4000;

const textSchema = v.pipe(
  v.string('a string is needed'),
  v.check((text) => text.trim() !== '', 'the text is empty: leave "expected" out where nothing is expected'),
);

const patternSchema = v.pipe(
  v.strictObject(
    {
      pattern: textSchema,
      flags: v.exactOptional(
        v.pipe(
          v.string('a string is needed'),
          v.regex(/^[ims]*$/, ({ input }) => `'${input}' has a flag other than i, m and s`),
        ),
      ),
    },
    'an object with "pattern" and, if needed, "flags" is needed',
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? problemOfPattern(dataset.value) : null;
    if (problem !== null) addIssue({ message: problem });
  }),
);

const choiceSchema = v.pipe(
  v.strictObject(
    {
      choices: v.pipe(
        v.array(textSchema, 'an array of strings is needed'),
        v.minLength(2, 'one choice is none: give at least 2'),
        v.maxLength(100, ({ input }) => `${input.length} choices exceed the maximum of 100`),
        v.check(
          (choices) => new Set(choices.map(choiceText)).size === choices.length,
          'two choices differ at most in case: give each once',
        ),
      ),
      answer: textSchema,
    },
    'an object with "choices" and "answer" is needed',
  ),
  v.check(
    ({ choices, answer }) => choices.some((choice) => choiceText(choice) === choiceText(answer)),
    ({ input }) => `the answer '${input.answer}' is none of the choices`,
  ),
);

const textsSchema = v.pipe(
  v.array(textSchema),
  v.minLength(1, 'the list is empty'),
  v.maxLength(100, ({ input }) => `${input.length} texts exceed the maximum of 100`),
);

/** An expectation as a line of prompts gives it, or what is wrong with it. */
export function readExpected(value: unknown): { readonly expected: Expected } | { readonly problem: string } {
  const schema = schemaFor(value);
  if (!schema) {
    return {
      problem: 'give a text, a list of texts, {"pattern": "…"}, or {"choices": […], "answer": "…"}',
    };
  }
  const parsed = v.safeParse(schema, value, { abortPipeEarly: true });
  if (parsed.success) return { expected: parsed.output };
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  return { problem: `${path === null ? '' : `"${path}": `}${issue.message}` };
}

function schemaFor(value: unknown) {
  if (typeof value === 'string') return textSchema;
  if (Array.isArray(value)) return textsSchema;
  if (typeof value !== 'object' || value === null) return null;
  if ('pattern' in value) return patternSchema;
  return 'choices' in value ? choiceSchema : null;
}

function problemOfPattern({ pattern, flags = '' }: ExpectedPattern): string | null {
  let compiled: RegExp;
  try {
    compiled = new RegExp(pattern, `${flags}u`);
  } catch (error) {
    return `not a regular expression with the flag u (${error instanceof Error ? error.message : error})`;
  }
  const problem = patternProblem(compiled);
  return problem === null
    ? null
    : `the pattern could take too long: it ${problem}; use one with fewer alternatives, and without * or + inside or behind another`;
}

/** What says whether a continuation is as expected; made once for many continuations. */
export function checkOf(expected: Expected): (continuation: string) => boolean {
  if (typeof expected === 'string') return checkOf([expected]);
  if ('pattern' in expected) {
    const pattern = new RegExp(expected.pattern, `${expected.flags ?? ''}u`);
    return (continuation) => pattern.test(endsOf(comparable(continuation)));
  }
  if ('choices' in expected) {
    const choices = expected.choices.map(choiceText);
    const answer = choiceText(expected.answer);
    return (continuation) => chosenIn(comparable(continuation).toLowerCase(), choices) === answer;
  }
  const texts = new Set(expected.map(comparable));
  return (continuation) => texts.has(comparable(continuation));
}

const comparable = (text: string): string => text.normalize('NFC').replaceAll(/\r\n?/g, '\n').trim();

/** The gap is a line of its own: `^` and `$` mean the text's own ends. */
function endsOf(text: string): string {
  if (text.length <= maxPatternText) return text;
  const half = maxPatternText / 2;
  return `${text.slice(0, half)}\n…\n${text.slice(-half)}`;
}

const choiceText = (choice: string): string => comparable(choice).toLowerCase();

/** The choice that stands first in a text as a whole word; of two at one place, the longer. */
function chosenIn(text: string, choices: readonly string[]): string | null {
  let chosen: string | null = null;
  let first = Number.POSITIVE_INFINITY;
  for (const choice of choices) {
    const place = wordPlace(text, choice);
    if (place === null || place > first) continue;
    if (place === first && choice.length <= (chosen ?? '').length) continue;
    chosen = choice;
    first = place;
  }
  return chosen;
}

function wordPlace(text: string, word: string): number | null {
  for (let place = text.indexOf(word); place >= 0; place = text.indexOf(word, place + 1)) {
    const end = place + word.length;
    const isWhole =
      !isOneWord(lastOf(text.slice(Math.max(0, place - 2), place)), firstOf(word)) &&
      !isOneWord(lastOf(word), firstOf(text.slice(end, end + 2)));
    if (isWhole) return place;
  }
  return null;
}

const firstOf = (text: string): string | undefined => [...text].at(0);
const lastOf = (text: string): string | undefined => [...text].at(-1);

/** Whether two characters side by side belong to one word. Some scripts have no spaces: there each may begin one. */
function isOneWord(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && isWordCharacter(left) && isWordCharacter(right);
}

const isWordCharacter = (character: string): boolean =>
  /[\p{L}\p{N}\p{M}_]/u.test(character) &&
  !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(
    character,
  );

/** An expectation in a few words, for people. */
export function expectedText(expected: Expected): string {
  if (typeof expected === 'string') return `“${expected}”`;
  if ('pattern' in expected) return `/${expected.pattern}/${expected.flags ?? ''}`;
  if ('choices' in expected) return `“${expected.answer}” of ${expected.choices.join(' · ')}`;
  return expected.map((each) => `“${each}”`).join(' or ');
}
