import type { Combine } from '../../combine/combine.ts';
import { contrastiveCombine } from '../../combine/contrastive-combine.ts';
import { customCombine } from '../../combine/custom-combine.ts';
import { geometricCombine } from '../../combine/geometric-combine.ts';
import { weightedCombine } from '../../combine/weighted-combine.ts';
import type { LogitAdjustment } from '../../sample/logit-adjustment.ts';
import { type SamplingParameters, untruncated } from '../../sample/sampling-parameters.ts';
import { tokenId } from '../../tokens/token-id.ts';
import type { FakeDecodeOptions } from './fake-decode.ts';
import { FakeModel } from './fake-model.ts';
import type { ReferenceAdjustment, ReferenceCombine } from './reference-distributions.ts';
import type { ReferenceDecode } from './reference-law.ts';

/** A decode of fakes, as short as a row of a table of cases. */
export interface ReferenceCase
  extends Pick<ReferenceDecode, 'combine' | 'draftLengths'>,
    Partial<
      Pick<ReferenceDecode, 'prompts' | 'schedule' | 'acceptance' | 'defaultProposer' | 'adjustments'>
    > {
  readonly sampling?: Partial<SamplingParameters>;
  readonly memberSampling?: readonly Partial<SamplingParameters>[];
  readonly vocabSize?: number;
  /** Of the first model; the others count on. */
  readonly seed?: number;
  readonly spread?: number;
}

/** The same decode for the reference and for the engine. */
export function bothOf(options: ReferenceCase): {
  readonly reference: ReferenceDecode;
  readonly decode: Omit<FakeDecodeOptions, 'random'>;
} {
  const { draftLengths, combine, seed = 1, vocabSize = 2, spread } = options;
  const models = draftLengths.map(
    (_, member) => new FakeModel({ vocabSize, seed: seed + member, ...(spread !== undefined && { spread }) }),
  );
  const sampling = { ...untruncated, ...options.sampling };
  const reference: ReferenceDecode = {
    models,
    prompts: options.prompts ?? models.map(() => [0, 1, 0]),
    combine,
    schedule: options.schedule ?? 'alternate',
    acceptance: options.acceptance ?? { kind: 'exact' },
    draftLengths,
    defaultProposer: options.defaultProposer ?? 0,
    sampling,
    memberSampling: models.map((_, member) => ({ ...sampling, ...options.memberSampling?.[member] })),
    adjustments: options.adjustments ?? [],
  };
  const { schedule, acceptance, defaultProposer } = reference;
  return {
    reference,
    decode: {
      models,
      method: {
        kind: 'collaborative',
        combine: engineCombine(combine),
        schedule,
        acceptance,
        defaultProposer,
        draftLengths,
      },
      prompt: [],
      memberPrompts: reference.prompts,
      sampling,
      memberSampling: options.memberSampling ?? [],
      adjustments: (options.adjustments ?? []).map(engineAdjustment),
      maxTokens: 100,
    },
  };
}

function engineAdjustment(adjustment: ReferenceAdjustment | null): LogitAdjustment | null {
  return (
    adjustment && { ...adjustment, bias: new Map(adjustment.bias.map((bias, id) => [tokenId(id), bias])) }
  );
}

function engineCombine(combine: ReferenceCombine): Combine {
  switch (combine.kind) {
    case 'weighted':
      return weightedCombine(combine.weights);
    case 'geometric':
      return geometricCombine(combine.weights);
    case 'contrastive':
      return contrastiveCombine(combine.mu, combine.alpha);
    case 'custom':
      return customCombine(
        { probabilities: (rows) => combine.probabilities(rows.map((row) => [...row])) },
        'test',
      );
  }
}
