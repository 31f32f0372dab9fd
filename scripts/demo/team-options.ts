import type { CollaborativeMethod } from '../../src/engine/request-types.ts';
import { numberOf, numbersOf, oneOf, withoutUndefined } from './option-values.ts';
import type { PromptFields } from './prompt-options.ts';

/** A collaborative method as a caller gives it. */
export type TeamMethod = CollaborativeMethod;
type Combine = TeamMethod['combine'];
type Acceptance = NonNullable<TeamMethod['acceptance']>;
type Schedule = NonNullable<TeamMethod['schedule']>;

/** The options of `--method collaborative` as they stand on the command line. */
export interface TeamOptions {
  readonly members: string | undefined;
  readonly combine: string | undefined;
  readonly schedule: string | undefined;
  readonly acceptance: string | undefined;
  readonly defaultProposer: string | undefined;
  /** Own prompts of members by their index. */
  readonly memberPrompts: (count: number) => ReadonlyMap<number, PromptFields>;
  /** A single one is the default proposer's; several are the members', in their order. */
  readonly draftLengths: readonly (number | 'adaptive')[] | undefined;
}

export const defaultMembers = 'story-fairy,story-space';

const schedules: readonly Schedule[] = ['sequential', 'black-box', 'naive', 'alternate', 'mixture'];
const combines = ['weighted', 'contrastive', 'geometric', 'custom'] as const;
const acceptances = ['exact', 'coupled', 'lenient', 'typical'] as const;

/** Throws an Error that names the option. What the engine refuses is left to it. */
export function teamMethodOf(options: TeamOptions): TeamMethod {
  const members = (options.members ?? defaultMembers).split(',').map(memberOf);
  for (const [member, own] of options.memberPrompts(members.length)) {
    members[member] = { ...members[member], ...own };
  }
  const { draftLengths = [] } = options;
  if (draftLengths.length > 1) {
    if (draftLengths.length !== members.length) {
      throw new Error(
        `--draft-length gives ${draftLengths.length} lengths for ${members.length} members; give one for each, or one for the default proposer`,
      );
    }
    for (const [member, draftLength] of draftLengths.entries())
      members[member] = { ...members[member], draftLength };
  }
  return withoutUndefined({
    kind: 'collaborative' as const,
    members,
    combine: combineOf(options.combine ?? 'weighted', members.length),
    schedule: options.schedule === undefined ? undefined : oneOf('schedule', options.schedule, schedules),
    acceptance: acceptanceOf(options.acceptance),
    defaultProposer: numberOf('default-proposer', options.defaultProposer),
    draftLength: draftLengths.length === 1 ? draftLengths[0] : undefined,
  });
}

/** `id[:dtype][@temperature]`. An @ with a slash behind it belongs to a URL. */
function memberOf(value: string): TeamMethod['members'][number] {
  const [, model, temperature] = /^(.*)@([^/@]*)$/.exec(value.trim()) ?? [null, value.trim(), undefined];
  if (model === '') throw new Error(`--members has '${value}'; give id[:dtype][@temperature] for each`);
  if (temperature === undefined) return { model };
  return { model, sampling: { temperature: numberOf('members', temperature) as number } };
}

/** `kind[:parameters]`; the members are weighted alike unless weights are given. */
function combineOf(value: string, count: number): Combine {
  const { kind, parameters } = kindOf('combine', value, combines);
  switch (kind) {
    case 'weighted':
    case 'geometric':
      return {
        kind,
        weights: numbersOf('combine', parameters) ?? Array.from({ length: count }, () => 1 / count),
      };
    case 'contrastive': {
      const [mu, alpha] = atMost(2, 'combine', parameters);
      return withoutUndefined({ kind, mu, alpha });
    }
    case 'custom':
      return { kind, url: parameters ?? '' };
  }
}

/** `kind[:parameters]`; undefined stays undefined. */
export function acceptanceOf(value: string | undefined): Acceptance | undefined {
  if (value === undefined) return undefined;
  const { kind, parameters } = kindOf('acceptance', value, acceptances);
  switch (kind) {
    case 'exact':
    case 'coupled':
      if (parameters !== undefined) throw new Error(`--acceptance is '${value}'; ${kind} takes no numbers`);
      return { kind };
    case 'lenient': {
      const [leniency] = atMost(1, 'acceptance', parameters);
      if (leniency === undefined) throw new Error(`--acceptance is '${value}'; give lenient:L with L >= 1`);
      return { kind, leniency };
    }
    case 'typical': {
      const [epsilon, delta] = atMost(2, 'acceptance', parameters);
      return withoutUndefined({ kind, epsilon, delta });
    }
  }
}

function kindOf<Kind extends string>(
  option: string,
  value: string,
  kinds: readonly Kind[],
): { kind: Kind; parameters: string | undefined } {
  const colon = value.indexOf(':');
  return {
    kind: oneOf(option, colon < 0 ? value : value.slice(0, colon), kinds),
    parameters: colon < 0 ? undefined : value.slice(colon + 1),
  };
}

function atMost(count: number, option: string, value: string | undefined): readonly (number | undefined)[] {
  const numbers = numbersOf(option, value) ?? [];
  if (numbers.length > count) {
    throw new Error(`--${option} has ${numbers.length} numbers, '${value}'; at most ${count} go there`);
  }
  return numbers;
}
