import { type DecodeStatistics, type MemberStatistics, summarize } from '../../decode/statistics.ts';
import type { CastMember } from '../story/cast.ts';
import type { Story } from '../story/story.ts';

/** The numbers of one member, with the letter and the name that the page gives it. */
export type MemberNumbers = Pick<
  MemberStatistics,
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
  const statistics = summarize(
    story.rounds,
    cast.map(({ name }) => name),
    0,
  );
  const { tokens } = statistics;
  // The first round is the prefill's, which proposes nothing.
  const last = story.rounds.length > 1 ? story.rounds[story.rounds.length - 1] : null;
  const perToken = (forwards: number): number | null => (tokens > 0 ? forwards / tokens : null);
  const members = cast.map(({ letter, name, proposes }, member) => {
    const { forwards, proposals, acceptanceRate, forwardsByWidth, meanDraftLength } =
      statistics.members[member];
    return {
      ...{ letter, name, proposes, proposals, acceptanceRate, forwardsByWidth, meanDraftLength },
      forwardsPerToken: perToken(forwards),
      draftLength: last?.draftLengths[member] ?? null,
    };
  });
  const targets = statistics.members.filter(({ member }) => cast[member]?.isTarget);
  return {
    ...statistics,
    members,
    forwardsPerToken: perToken(targets.reduce((sum, member) => sum + member.forwards, 0)),
    referenceForwardsPerToken: cast.filter(({ isTarget }) => isTarget).length,
  };
}
