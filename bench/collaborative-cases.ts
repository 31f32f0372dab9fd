import type { CollaborativeMethod } from '../src/engine/request-types.ts';

export type TeamMethod = CollaborativeMethod;

/** One row of the table: a method, compared with `sequential` of the same members and combination. */
export interface Case {
  readonly name: string;
  readonly method: TeamMethod;
  readonly temperature: number;
}

/** Rows that belong together, with a heading of their own. */
export interface Section {
  readonly title: string;
  readonly cases: readonly Case[];
}

export const models = ['story-base', 'story-fairy', 'story-space', 'story-draft'];

function team(members: readonly string[], combine: TeamMethod['combine']): TeamMethod {
  return { kind: 'collaborative', members: members.map((model) => ({ model })), combine };
}

const specialists = (weight: number): TeamMethod =>
  team(['story-fairy', 'story-space'], { kind: 'weighted', weights: [weight, 1 - weight] });
/** Without the plausibility mask, as in the paper. The amateur, the cheapest, starts: a busy machine must not choose. */
const expertAndAmateur = (mu: number): TeamMethod => ({
  ...team(['story-base', 'story-draft'], { kind: 'contrastive', mu }),
  defaultProposer: 1,
});
const three = team(['story-base', 'story-fairy', 'story-space'], { kind: 'weighted', weights: [1, 1, 1] });

const judging = ['black-box', 'naive', 'alternate'] as const;
const all = [...judging, 'mixture'] as const;
const tenths = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => (from + index) / 10);

/** At temperature 1 unless its name says otherwise. */
function row(name: string, method: TeamMethod, temperature = 1): Case {
  return { name, method, temperature };
}

export function sections(quick: boolean): readonly Section[] {
  const gammas = quick ? [2, 4] : [2, 3, 4, 5, 6];
  const withDraft = (method: TeamMethod, draftLength: number, name: string): Case =>
    row(`${name}, γ = ${draftLength}`, { ...method, draftLength });
  return [
    {
      title: 'Two specialists, weighted, λ = 0.5, γ = 1',
      cases: [
        ...all.map((schedule) => row(schedule, { ...specialists(0.5), schedule })),
        row('alternate, coupled', { ...specialists(0.5), acceptance: { kind: 'coupled' } }),
        row('alternate, T = 0', specialists(0.5), 0),
        row('alternate, adaptive', { ...specialists(0.5), draftLength: 'adaptive' }),
      ],
    },
    {
      title: 'Two specialists, weighted, λ = 0.5, longer drafts of the default proposer',
      cases: gammas.flatMap((gamma) =>
        (quick ? (['alternate'] as const) : judging).map((schedule) =>
          withDraft({ ...specialists(0.5), schedule }, gamma, schedule),
        ),
      ),
    },
    {
      title: 'Two specialists, weighted, alternate, γ = 1',
      cases: (quick ? [0.1, 0.9] : tenths(1, 9).filter((weight) => weight !== 0.5)).map((weight) =>
        row(`λ = ${weight}`, specialists(weight)),
      ),
    },
    {
      title: 'Expert and amateur, contrastive, alternate, γ = 1',
      cases: (quick ? [0.1, 0.5] : tenths(1, 5)).map((mu) => row(`μ = ${mu}`, expertAndAmateur(mu))),
    },
    {
      title: 'Expert and amateur, contrastive, μ = 0.1, schedules and longer drafts of the amateur',
      cases: [
        ...(quick ? [] : [row('black-box, γ = 1', { ...expertAndAmateur(0.1), schedule: 'black-box' })]),
        row('naive, γ = 1', { ...expertAndAmateur(0.1), schedule: 'naive' }),
        ...(quick ? [] : [2, 5]).flatMap((gamma) =>
          (['black-box', 'naive'] as const).map((schedule) =>
            withDraft({ ...expertAndAmateur(0.1), schedule }, gamma, schedule),
          ),
        ),
        ...gammas.map((gamma) => withDraft(expertAndAmateur(0.1), gamma, 'alternate')),
        row('alternate, γ = 4, T = 0', { ...expertAndAmateur(0.1), draftLength: 4 }, 0),
        row('alternate, adaptive', { ...expertAndAmateur(0.1), draftLength: 'adaptive' }),
        ...(quick
          ? []
          : [row('alternate, adaptive, μ = 0.5', { ...expertAndAmateur(0.5), draftLength: 'adaptive' })]),
      ],
    },
    {
      title: 'Base and both specialists, weighted alike',
      cases: [
        ...(quick ? (['naive', 'alternate'] as const) : all).map((schedule) =>
          row(`${schedule}, γ = 1`, { ...three, schedule }),
        ),
        ...(quick ? [] : gammas).map((gamma) => withDraft(three, gamma, 'alternate')),
      ],
    },
  ];
}
