import { EngineError } from '../errors/engine-error.ts';
import { createLibraryTokenizer, type LibraryTokenizer } from './library-tokenizer.ts';
import { patternProblem } from './pattern-cost.ts';
import { maxReplacement } from './precompiled-charsmap.ts';

/** WordPiece takes the square of a word's length; published tokenizers say 100. */
const maxWordLength = 1000;
/** Times that replacements may lengthen a text, all together. Published tokenizers put a character for a character. */
const maxGrowth = 1024;
/** Four million; the largest published vocabularies have 262,144. A table has a place for every id, used or not. */
const maxEntries = 2 ** 22;

/** The parts of a tokenizer that work on text. */
interface TextSteps {
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly post_processor?: unknown;
  readonly decoder?: unknown;
}

/**
 * Refuses a tokenizer.json that could keep the thread busy for ever, or fill the memory: it comes from strangers, and
 * neither JavaScript's regular expressions nor its loops can be interrupted.
 * @throws EngineError `model-unsupported` with the value and its limit
 */
export function requireBoundedSteps(
  json: TextSteps & { readonly model: { readonly max_input_chars_per_word?: unknown } },
): void {
  const wordLength = json.model.max_input_chars_per_word;
  if (typeof wordLength === 'number' && wordLength > maxWordLength) {
    throw unbounded(`words may have ${wordLength} characters; the limit is ${maxWordLength}`);
  }
  const steps: TextSteps = {
    normalizer: json.normalizer,
    pre_tokenizer: json.pre_tokenizer,
    post_processor: json.post_processor,
    decoder: json.decoder,
  };
  try {
    requireBoundedGrowth(steps);
    for (const pattern of patternsOf(steps)) requireBoundedTime(pattern);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    // The stack is full.
    throw unbounded('its steps are nested too deeply');
  }
}

function requireBoundedGrowth(steps: TextSteps): void {
  const growth = growthOf(steps);
  if (growth > maxGrowth) {
    throw unbounded(`its replacements make a text up to ${growth} times as long; the limit is ${maxGrowth}`);
  }
}

function requireBoundedTime(pattern: RegExp): void {
  const problem = patternProblem(pattern);
  if (problem === null) return;
  const { source } = pattern;
  const text = source.length > 200 ? `${source.slice(0, 200)}…` : source;
  throw unbounded(`the pattern ${text} may take too long: it ${problem}`);
}

/** The same for its table. @throws EngineError `model-unsupported` */
export function requireBoundedTable(entries: number): void {
  if (entries <= maxEntries) return;
  throw unbounded(`its highest id is ${entries - 1}; the limit is ${maxEntries - 1}`);
}

/** As the library makes them of the file, without anything that they could run on. */
function patternsOf(steps: TextSteps): ReadonlySet<RegExp> {
  const model = { type: 'BPE', vocab: {}, merges: [] };
  let made: LibraryTokenizer;
  try {
    made = createLibraryTokenizer({ ...steps, model, added_tokens: [] }, {});
  } catch {
    // What the library cannot make will not run either; the caller hears of it from the library.
    return new Set();
  }
  const found = new Set<RegExp>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value))
      return;
    seen.add(value);
    if (value instanceof RegExp) found.add(value);
    for (const part of Object.values(value)) visit(part);
  };
  const { normalizer, pre_tokenizer, post_processor, decoder } = made._tokenizer;
  visit([normalizer, pre_tokenizer, post_processor, decoder]);
  return found;
}

function growthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  const { type, content, pattern } = value as Readonly<Record<string, unknown>>;
  let growth = type === 'Precompiled' ? maxReplacement : 1;
  if (type === 'Replace' && typeof content === 'string' && content !== '') {
    // A regular expression may match nothing before each character.
    const isText =
      typeof pattern === 'object' && pattern !== null && 'String' in pattern && pattern.String !== '';
    growth = isText ? content.length : content.length + 1;
  }
  for (const part of Object.values(value)) growth *= growthOf(part);
  return growth;
}

function unbounded(problem: string): EngineError {
  return new EngineError(
    'model-unsupported',
    `tokenizer.json is refused, because it could take too much time or memory: ${problem}. Choose another export of the model.`,
    { details: { file: 'tokenizer.json', reason: problem } },
  );
}
