import { EngineError } from '../errors/engine-error.ts';
import { distributionOf } from '../sample/distribution.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import type { Combine, MemberRow } from './combine.ts';

/** One row [vocabSize], or anything that reads like one. */
type Row = ArrayLike<number>;

/**
 * A stage of a custom combination. It is given one row a member, or the one combined row once an earlier hook has
 * combined them, and answers with one row (combined) or as many rows as it was given (still one a member).
 */
type Hook = (rows: readonly Float64Array[]) => Row | readonly Row[];

/**
 * What a custom combination's module exports: one or more hooks, run in this order.
 * `rawLogits` sees the models' logits; `logits` sees them after temperature and truncation (−∞ where truncated);
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
      `the combination's module ${url} could not be loaded: ${String(cause)}; it must be an ES module from this site, or from one the page's content security policy allows`,
      { details: { url }, cause },
    );
  }
  return customCombine(module, url);
}

/** @param source what messages call the module */
export function customCombine(module: CustomCombineModule, source: string): Combine {
  const present = hookNames.filter((name) => typeof module[name] === 'function');
  if (present.length === 0) {
    throw new EngineError(
      'invalid-request',
      `${source} exports none of ${hookNames.join(', ')}: a combination needs at least one of these functions`,
      { details: { source } },
    );
  }
  return {
    kind: 'custom',
    rule: null,
    distribution(members, sampling, out) {
      let rows: readonly Float64Array[] = members.map(({ logits }) => Float64Array.from(logits));
      rows = run('rawLogits', rows, out.length);
      rows = rows.map((row, index) => toDistribution(row, samplingOf(rows, index, members, sampling)));
      if (module.logits) {
        rows = run(
          'logits',
          rows.map((row) => row.map(Math.log)),
          out.length,
        );
        rows = rows.map((row) => toDistribution(row, untruncated));
      }
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
    let answer: Row | readonly Row[];
    try {
      answer = hook(rows);
    } catch (cause) {
      throw failed(name, `threw ${String(cause)}`, cause);
    }
    if (typeof answer !== 'object' || answer === null)
      throw failed(name, `answered with ${String(answer)}: rows are needed`);
    const answered = isOneRow(answer) ? [answer] : [...answer];
    if (answered.length !== 1 && answered.length !== rows.length) {
      throw failed(
        name,
        `answered with ${answered.length} rows for ${rows.length}: one or as many are needed`,
      );
    }
    return answered.map((row) => checked(name, row, vocabSize));
  }

  function checked(name: HookName, row: Row, vocabSize: number): Float64Array {
    if (row?.length !== vocabSize) {
      throw failed(name, `answered with a row of ${row?.length} entries: ${vocabSize} are needed`);
    }
    const values = Float64Array.from(row);
    const wrong = values.findIndex((value) =>
      name === 'probabilities'
        ? !(value >= 0 && value < Number.POSITIVE_INFINITY)
        : Number.isNaN(value) || value === Number.POSITIVE_INFINITY,
    );
    if (wrong >= 0) throw failed(name, `answered with ${values[wrong]} at token ${wrong}`);
    if (name !== 'probabilities' && !values.some(Number.isFinite))
      throw failed(name, 'answered with nothing but -Infinity');
    return values;
  }

  function writeNormalised(row: Float64Array, out: Float64Array): void {
    const mass = row.reduce((sum, value) => sum + value, 0);
    if (!(mass > 0)) throw failed('probabilities', 'answered with no positive probability');
    for (let token = 0; token < out.length; token++) out[token] = row[token] / mass;
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

function toDistribution(logits: Float64Array, sampling: SamplingParameters): Float64Array {
  const out = new Float64Array(logits.length);
  distributionOf(logits, sampling, out);
  return out;
}

function isOneRow(answer: Row | readonly Row[]): answer is Row {
  return typeof (answer as Row)[0] === 'number';
}
