import { EngineError } from '../errors/engine-error.ts';
import { inWords } from '../errors/in-words.ts';
import { distributionOf, truncatedLogits } from '../sample/distribution.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import type { Combine, MemberRow } from './combine.ts';

/** One row [vocabSize], or anything that reads like one. */
type Row = ArrayLike<number>;

/**
 * A stage of a custom combination. It is given one row a member, or the one combined row once an earlier hook has
 * combined them, and answers with one row (combined) or as many rows as it was given (still one a member).
 */
type Hook = (rows: readonly Float64Array[]) => Answer;
type Answer = Row | readonly Row[];

/**
 * What a custom combination's module exports: one or more hooks, run in this order.
 * `rawLogits` sees the models' logits; `logits` sees l / T, −∞ where truncation cut;
 * `probabilities` sees distributions. −∞ is legal in logits; NaN anywhere and negative probabilities are errors.
 */
export interface CustomCombineModule {
  readonly rawLogits?: Hook;
  readonly logits?: Hook;
  readonly probabilities?: Hook;
}

const hookNames = ['rawLogits', 'logits', 'probabilities'] as const;
type HookName = (typeof hookNames)[number];

/**
 * Loads a custom combination from a module.
 * @throws EngineError `invalid-request` where the module cannot be imported or exports no hook
 */
export async function loadCustomCombine(url: string): Promise<Combine> {
  let module: CustomCombineModule;
  try {
    module = (await import(/* @vite-ignore */ url)) as CustomCombineModule;
  } catch (cause) {
    throw new EngineError(
      'invalid-request',
      `the combination's module ${url} could not be loaded: ${inWords(cause)}. It must be an ES module: in a page, from an origin that the content security policy allows; in Node.js, a file`,
      { details: { url }, cause },
    );
  }
  return customCombine(module, url);
}

/**
 * @param source what messages call the module
 * @throws EngineError `invalid-request` where it exports no hook, or something else by the name of one
 */
export function customCombine(module: CustomCombineModule, source: string): Combine {
  const present = hooksOf(module, source);
  return {
    kind: 'custom',
    rule: null,
    distribution(members, sampling, out) {
      let rows: readonly Float64Array[] = members.map(({ logits }) => Float64Array.from(logits));
      rows = run('rawLogits', rows, out.length);
      const sampled = (stage: typeof distributionOf): readonly Float64Array[] =>
        rows.map((row, index) => converted(row, stage, samplingOf(rows, index, members, sampling)));
      if (module.logits) {
        rows = run('logits', sampled(truncatedLogits), out.length);
        rows = rows.map((row) => converted(row, distributionOf, untruncated));
      } else rows = sampled(distributionOf);
      rows = run('probabilities', rows, out.length);
      if (rows.length !== 1) {
        throw failed(
          present[present.length - 1],
          `leaves ${rows.length} rows: the last hook must answer with one`,
        );
      }
      writeNormalised(rows[0], out);
    },
  };

  function run(name: HookName, rows: readonly Float64Array[], vocabSize: number): readonly Float64Array[] {
    const hook = module[name];
    if (!hook) return rows;
    let answer: unknown;
    try {
      answer = hook(rows);
    } catch (cause) {
      throw failed(name, `threw ${inWords(cause)}`, cause);
    }
    const answered = read(name, answer);
    if (answered.length !== 1 && answered.length !== rows.length) {
      throw failed(
        name,
        `answered with ${answered.length} rows for ${rows.length}: one or as many are needed`,
      );
    }
    for (const row of answered) check(name, row, vocabSize);
    return answered;
  }

  /** Copies what a hook answered; reading it may run code of the module's, or fail. */
  function read(name: HookName, answer: unknown): readonly Float64Array[] {
    if (answer instanceof Promise)
      throw failed(name, 'answered with a Promise: hooks must not be async, rows are needed at once');
    if (typeof answer !== 'object' || answer === null)
      throw failed(name, `answered with ${inWords(answer)}: rows are needed`);
    try {
      const rows = isOneRow(answer as Answer) ? [answer as Row] : [...(answer as readonly Row[])];
      return rows.map((row) => Float64Array.from(row));
    } catch (cause) {
      throw failed(name, `answered with what cannot be read as rows of numbers: ${inWords(cause)}`, cause);
    }
  }

  function check(name: HookName, row: Float64Array, vocabSize: number): void {
    if (row.length !== vocabSize) {
      throw failed(name, `answered with a row of ${row.length} entries: ${vocabSize} are needed`);
    }
    const wrong = row.findIndex((value) =>
      name === 'probabilities'
        ? !(value >= 0 && value < Number.POSITIVE_INFINITY)
        : Number.isNaN(value) || value === Number.POSITIVE_INFINITY,
    );
    if (wrong >= 0) throw failed(name, `answered with ${row[wrong]} at token ${wrong}`);
    if (name !== 'probabilities' && !row.some(Number.isFinite)) throw failed(name, 'returned only -Infinity');
  }

  function writeNormalised(row: Float64Array, out: Float64Array): void {
    const largest = row.reduce((most, value) => Math.max(most, value), 0);
    if (!(largest > 0)) throw failed('probabilities', 'returned no positive probability');
    // Largest first: the sum of finite entries need not be finite.
    const mass = row.reduce((sum, value) => sum + value / largest, 0);
    for (let token = 0; token < out.length; token++) out[token] = row[token] / largest / mass;
  }

  function failed(hook: HookName, what: string, cause?: unknown): EngineError {
    return new EngineError('invalid-request', `hook ${hook} of ${source} ${what}`, {
      details: { hook, source },
      cause,
    });
  }
}

/** Rows still one a member follow that member's own parameters, a combined row the request's. */
function samplingOf(
  rows: readonly Float64Array[],
  index: number,
  members: readonly MemberRow[],
  sampling: SamplingParameters,
): SamplingParameters {
  return rows.length === members.length && members.length > 1 ? members[index].sampling : sampling;
}

function converted(
  logits: Float64Array,
  stage: typeof distributionOf,
  sampling: SamplingParameters,
): Float64Array {
  const out = new Float64Array(logits.length);
  stage(logits, sampling, out);
  return out;
}

function isOneRow(answer: Answer): answer is Row {
  return typeof (answer as Row)[0] === 'number';
}

/** Names of the hooks that a module exports. */
function hooksOf(module: CustomCombineModule, source: string): readonly HookName[] {
  const refuse = (problem: string) => new EngineError('invalid-request', problem, { details: { source } });
  const present = hookNames.filter((name) => module[name] !== undefined);
  const other = present.find((name) => typeof module[name] !== 'function');
  if (other) {
    const what = module[other] === null ? 'null' : `of type ${typeof module[other]}`;
    throw refuse(`${source} exports ${other}, which is ${what}: a hook must be a function`);
  }
  if (present.length === 0) {
    const names = hookNames.join(', ');
    throw refuse(`${source} exports none of ${names}: export at least one of these functions`);
  }
  return present;
}
