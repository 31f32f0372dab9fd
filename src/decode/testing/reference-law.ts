import { type SamplingParameters, untruncated } from '../../sample/sampling-parameters.ts';
import { type TokenId, tokenId } from '../../tokens/token-id.ts';
import type { AcceptanceChoice } from '../../verify/create-acceptance.ts';
import type { FakeModel } from './fake-model.ts';
import {
  combinedDistribution,
  largestOf,
  oneHotOf,
  ownDistribution,
  penalisedRow,
  type ReferenceAdjustment,
  type ReferenceCombine,
  verdictsOf,
} from './reference-distributions.ts';

/** A decode of fakes in numbers. */
export interface ReferenceDecode {
  readonly models: readonly FakeModel[];
  /** [members] */
  readonly prompts: readonly (readonly number[])[];
  readonly combine: ReferenceCombine;
  readonly schedule: 'alternate' | 'naive' | 'black-box';
  readonly acceptance: AcceptanceChoice;
  /** γ_i [members] */
  readonly draftLengths: readonly number[];
  readonly defaultProposer: number;
  readonly sampling: SamplingParameters;
  /** [members] */
  readonly memberSampling: readonly SamplingParameters[];
  /** [members] what is added to and taken off their logits, if anything. */
  readonly adjustments?: readonly (ReferenceAdjustment | null)[];
}

interface Proposal {
  readonly proposer: number;
  readonly token: number;
  readonly q: readonly number[];
}

interface State {
  readonly text: readonly number[];
  readonly pending: readonly Proposal[];
  /** |D_i| [members] */
  readonly held: readonly number[];
}

/** Something that may happen, and how likely it is. */
interface Branch<T> {
  readonly probability: number;
  readonly outcome: T;
}

/**
 * P(text) of the first `tokens` tokens: text (one letter a token) -> probability. The state machine of collaborative
 * decoding is walked on distributions instead of draws, so the law of a lossy criterion comes out too, which depends
 * on who proposed what: there is no other way to write it down.
 *
 * It shares nothing with the engine but the tables of logits.
 */
export function referenceLaw(decode: ReferenceDecode, tokens: number): Map<string, number> {
  const { draftLengths, defaultProposer, schedule, sampling } = decode;
  const members = [...decode.models.keys()];
  const { vocabSize } = decode.models[0];
  const isGreedy = sampling.temperature === 0;
  const nothing = members.map(() => 0);

  const rowOf = (member: number, text: readonly number[]): number[] => {
    const context = [...decode.prompts[member], ...text].map(tokenId) as readonly TokenId[];
    const row = [...decode.models[member].logits(context).subarray(0, vocabSize)];
    const adjustment = decode.adjustments?.[member];
    return adjustment ? penalisedRow(row, adjustment, text) : row;
  };
  /** q [vocabSize] of each member behind a text. */
  const ownAt = members.map((member) =>
    oncePerText((text) => {
      const row = rowOf(member, text);
      return isGreedy
        ? oneHotOf(largestOf(row), vocabSize)
        : ownDistribution(row, decode.memberSampling[member]);
    }),
  );
  /** r [vocabSize] behind a text. */
  const combinedAt = oncePerText((text) => {
    const rows = members.map((member) => rowOf(member, text));
    if (!isGreedy) return combinedDistribution(decode.combine, rows, decode.memberSampling, sampling);
    const atOne = members.map(() => untruncated);
    return oneHotOf(largestOf(combinedDistribution(decode.combine, rows, atOne, untruncated)), vocabSize);
  });

  /** `count` proposals of one member behind what is pending. */
  function draft(
    member: number,
    count: number,
    text: readonly number[],
    pending: readonly Proposal[],
  ): Branch<readonly Proposal[]>[] {
    if (count <= 0) return [{ probability: 1, outcome: pending }];
    const q = ownAt[member]([...text, ...pending.map(({ token }) => token)]);
    return q.flatMap((probability, token) =>
      probability > 0
        ? times(probability, draft(member, count - 1, text, [...pending, { proposer: member, token, q }]))
        : [],
    );
  }

  interface Judged {
    readonly text: readonly number[];
    readonly pending: readonly Proposal[];
    readonly rejected: boolean;
  }

  /** Verdicts on the first `heads` proposals, up to the first rejection. */
  function verify(heads: number, text: readonly number[], pending: readonly Proposal[]): Branch<Judged>[] {
    if (heads === 0) return [{ probability: 1, outcome: { text, pending, rejected: false } }];
    const [{ token, q }, ...behind] = pending;
    return verdictsOf(decode.acceptance, token, q, combinedAt(text)).flatMap(
      ({ probability, accepted, committed }) => {
        const longer = [...text, committed];
        return accepted
          ? times(probability, verify(heads - 1, longer, behind))
          : [{ probability, outcome: { text: longer, pending: [], rejected: true } }];
      },
    );
  }

  function drawFromTarget(text: readonly number[]): Branch<State>[] {
    return combinedAt(text).map((probability, token) => ({
      probability,
      outcome: { text: [...text, token], pending: [], held: nothing },
    }));
  }

  /** The default proposer's draft, then the verdict on all of it; a black box commits a token of r behind it. */
  function fixedRoles({ text }: State): Branch<State>[] {
    return then(draft(defaultProposer, draftLengths[defaultProposer], text, []), (proposals) =>
      then(verify(proposals.length, text, proposals), ({ text: longer, rejected }) =>
        schedule === 'black-box' && !rejected
          ? drawFromTarget(longer)
          : [{ probability: 1, outcome: { text: longer, pending: [], held: nothing } }],
      ),
    );
  }

  /** One turn of CoS: the default proposer's draft where nothing is pending, else a score with its verdicts. */
  function alternate({ text, pending, held }: State): Branch<State>[] {
    if (pending.length === 0) {
      const drafts = draft(defaultProposer, draftLengths[defaultProposer], text, []);
      return then(drafts, (proposals) => {
        const rows = nothing.with(defaultProposer, proposals.length);
        return [{ probability: 1, outcome: { text, pending: proposals, held: rows } }];
      });
    }
    const scorer = held.indexOf(Math.min(...held));
    return then(draft(scorer, 1, text, pending), (withBonus) => {
      const scored = held.with(scorer, withBonus.length);
      const heads = Math.min(...scored);
      return then(verify(heads, text, withBonus), (judged) => {
        if (judged.rejected) {
          return [{ probability: 1, outcome: { text: judged.text, pending: [], held: nothing } }];
        }
        const further = draft(scorer, draftLengths[scorer] - 1, judged.text, judged.pending);
        return then(further, (proposals) => {
          const rows = scored.map((count) => count - heads).with(scorer, proposals.length);
          return [{ probability: 1, outcome: { text: judged.text, pending: proposals, held: rows } }];
        });
      });
    });
  }

  const law = new Map<string, number>();
  let frontier = drawFromTarget([]);
  while (frontier.length > 0) {
    const merged = new Map<string, Branch<State>>();
    for (const { probability, outcome } of then(frontier, (state) =>
      state.text.length >= tokens
        ? [{ probability: 1, outcome: state }]
        : schedule === 'alternate'
          ? alternate(state)
          : fixedRoles(state),
    )) {
      if (probability === 0) continue;
      const { text, pending, held } = outcome;
      if (text.length >= tokens) {
        const letters = text.slice(0, tokens).map((token) => String.fromCharCode(97 + token));
        law.set(letters.join(''), (law.get(letters.join('')) ?? 0) + probability);
        continue;
      }
      const key = JSON.stringify([text, pending.map(({ proposer, token }) => [proposer, token]), held]);
      const known = merged.get(key)?.probability ?? 0;
      merged.set(key, { probability: known + probability, outcome });
    }
    frontier = [...merged.values()];
  }
  return law;
}

/** A function of a text that is worked out once for each. */
function oncePerText(distributionAt: (text: readonly number[]) => number[]) {
  const known = new Map<string, number[]>();
  return (text: readonly number[]): number[] => {
    const key = text.join();
    const distribution = known.get(key) ?? distributionAt(text);
    known.set(key, distribution);
    return distribution;
  };
}

const times = <T>(probability: number, branches: readonly Branch<T>[]): Branch<T>[] =>
  branches.map((branch) => ({ probability: probability * branch.probability, outcome: branch.outcome }));

const then = <T, U>(
  branches: readonly Branch<T>[],
  next: (outcome: T) => readonly Branch<U>[],
): Branch<U>[] => branches.flatMap(({ probability, outcome }) => times(probability, next(outcome)));
