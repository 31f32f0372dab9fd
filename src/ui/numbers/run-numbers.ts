import {
  type DecodeStatistics,
  type ProposerStatistics,
  proposerStatistics,
  summarize,
} from '../../decode/statistics.ts';
import type { CastMember } from '../story/cast.ts';
import type { Story } from '../story/story.ts';

/** The numbers of one member, with the letter and the name that the page gives it. */
export type MemberNumbers = Pick<
  ProposerStatistics,
  'proposals' | 'acceptanceRate' | 'forwardsByWidth' | 'meanDraftLength'
> &
  Pick<CastMember, 'letter' | 'name' | 'proposes'> & {
    /** Forwards of this member ÷ tokens of the text, prefill counted; null before the first token. */
    readonly forwardsPerToken: number | null;
    /** γ asked of it in the last round; null before the first round that could propose. */
    readonly draftLength: number | null;
  };

/** Numbers of a run at any moment: a function of its rounds and of who takes part. */
export type RunNumbers = Pick<
  DecodeStatistics,
  | 'tokens'
  | 'tokensPerSecond'
  | 'timeToFirstTokenMs'
  | 'acceptanceRate'
  | 'tokensPerRound'
  | 'deviation'
  | 'pairs'
> & {
  readonly members: readonly MemberNumbers[];
  /** Forwards of the targets ÷ tokens of the text, prefill counted; null before the first token. */
  readonly forwardsPerToken: number | null;
  /** What asking for every token would take: one forward a target. */
  readonly referenceForwardsPerToken: number;
};

export function runNumbers(story: Story, cast: readonly CastMember[]): RunNumbers {
  const statistics = summarize(story.rounds, [], 0);
  const { tokens } = statistics;
  // The first round is the prefill's, which proposes nothing.
  const last = story.rounds.length > 1 ? story.rounds[story.rounds.length - 1] : null;
  const perToken = (forwards: number): number | null => (tokens > 0 ? forwards / tokens : null);
  let forwardsOfTargets = 0;
  const members = cast.map(({ letter, name, proposer, proposes, isTarget }, place) => {
    const { forwards, ...own } = proposerStatistics(story.rounds, proposer, name);
    if (isTarget) forwardsOfTargets += forwards;
    return {
      ...{ ...own, letter, name, proposes },
      forwardsPerToken: perToken(forwards),
      draftLength: last?.draftLengths[place] ?? null,
    };
  });
  return {
    ...statistics,
    members,
    forwardsPerToken: perToken(forwardsOfTargets),
    referenceForwardsPerToken: cast.filter(({ isTarget }) => isTarget).length,
  };
}
