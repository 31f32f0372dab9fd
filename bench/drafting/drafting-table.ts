import type { Drafter } from '../../src/engine/request-types.ts';
import { type Bench, type BenchTable, cellsOf } from '../bench-table.ts';
import { measureTrials, type TrialRequest, type Variant } from '../trials.ts';
import { draftingColumnsInWords, draftingSectionInWords, type MeasuredDrafting } from './drafting-page.ts';
import { draftingRowOf } from './drafting-rows.ts';

const target = 'story-base';
const plain = { kind: 'plain', model: target } as const;

type DraftLength = number | 'adaptive';

function variantOf(drafter: Drafter, reference: Variant['reference'] & { kind: 'plain' }): Variant {
  return {
    name: drafter.draftLength === 'adaptive' ? 'adaptive' : `γ = ${drafter.draftLength}`,
    method: { kind: 'speculative', target: reference.model, drafter },
    reference,
  };
}

const withDraftModel = (draftLength: DraftLength): Variant =>
  variantOf({ kind: 'model', model: 'story-draft', draftLength }, plain);

/** N-gram drafting for a model, over plain decoding of it. */
export const withNgrams = (model: string, draftLength: DraftLength): Variant =>
  variantOf({ kind: 'ngram', draftLength }, { kind: 'plain', model });

/** One section of a page: the same variants on the same requests. */
export async function measureDrafting(
  section: Omit<MeasuredDrafting, 'rows' | 'minAdaptive'>,
  variants: readonly Variant[],
  requests: readonly TrialRequest[],
  bench: Pick<Bench, 'decode' | 'log'>,
): Promise<MeasuredDrafting> {
  const trials = await measureTrials(section.title, variants, requests, bench);
  return {
    ...section,
    minAdaptive: 0.97,
    rows: [...trials].flatMap(([{ name }, own]) => (own.length > 0 ? [draftingRowOf(name, own)] : [])),
  };
}

/** Drafting for the story models: draft lengths, temperatures, and what holds the speed-up back. */
export const draftingTable: BenchTable = {
  name: 'drafting',
  models: [target, 'story-draft'],
  async measure(bench) {
    const { quick } = bench;
    const maxTokens = quick ? 60 : 120;
    const requests = (temperature: number): TrialRequest[] =>
      (quick ? cellsOf(2, 1) : cellsOf(4, 2)).map((cell) => ({
        ...cell,
        maxTokens,
        sampling: { temperature },
      }));
    const lengths: readonly DraftLength[] = quick
      ? [3, 6, 'adaptive']
      : [1, 2, 3, 4, 5, 6, 8, 10, 'adaptive'];
    const ngramLengths: readonly DraftLength[] = quick ? [4, 'adaptive'] : [2, 4, 8, 'adaptive'];
    const sections: MeasuredDrafting[] = [];
    for (const temperature of quick ? [1] : [1, 0]) {
      const own = requests(temperature);
      sections.push(
        await measureDrafting(
          { title: `Draft model, T = ${temperature}`, minBest: 2.5 },
          lengths.map(withDraftModel),
          own,
          bench,
        ),
        // Stories quote nothing: here it matters only what looking in vain costs.
        await measureDrafting(
          { title: `N-gram, T = ${temperature}`, minBest: null },
          ngramLengths.map((length) => withNgrams(target, length)),
          own,
          bench,
        ),
      );
    }
    return {
      markdown: `# Drafting, story-base on stories

${draftingColumnsInWords} At most ${maxTokens} tokens.

${sections.map(draftingSectionInWords).join('\n\n')}
`,
      data: { maxTokens, sections },
    };
  },
};
