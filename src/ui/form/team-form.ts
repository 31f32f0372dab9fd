import type { CollaborativeMethod } from '../../engine/request-types.ts';
import { type ChatForm, messagesOf } from './chat-form.ts';
import type { DraftLengthForm } from './draft-length.ts';

export type CombinationChoice = CollaborativeMethod['combine']['kind'];
export type ScheduleChoice = NonNullable<CollaborativeMethod['schedule']>;

/** One member as the form holds it. */
export interface MemberForm {
  /** Tells members apart that name one model; keeps when others come and go. */
  readonly key: number;
  readonly model: string;
  /** null: as the request. */
  readonly temperature: number | null;
  /** Empty: as the request. */
  readonly prompt: string;
  /** In a chat, its own system prompt; empty: as the request, where it has no message of its own either. */
  readonly system: string;
  readonly draftLength: DraftLengthForm;
  /** λ under weighted; the shares of all members sum to 1. */
  readonly share: number;
  /** Weight under geometric, any real number. */
  readonly exponent: number;
}

/** Who writes together, and how. Choices of combinations that are not chosen are kept for when they are again. */
export interface TeamForm {
  readonly members: readonly MemberForm[];
  readonly combination: CombinationChoice;
  /** How much of the amateur is taken from the expert. */
  readonly mu: number;
  readonly masksImplausible: boolean;
  /** Address of a custom combination's module. */
  readonly moduleUrl: string;
  readonly schedule: ScheduleChoice;
  /** Key of the default proposer; null leaves the choice to the engine. */
  readonly starter: number | null;
}

export const minMembers = 2;
export const maxMembers = 4;

/** Share of the expert's largest probability that a token needs to be kept (Li et al.). */
export const plausibleShare = 0.1;

/** A team of equals, under a weighted combination. */
export function teamOf(models: readonly string[]): TeamForm {
  return {
    members: models.map((model, key) => newMember(key, model, models.length)),
    combination: 'weighted',
    mu: 0.1,
    masksImplausible: false,
    moduleUrl: '',
    schedule: 'alternate',
    starter: null,
  };
}

function newMember(key: number, model: string, teamSize: number): MemberForm {
  const share = 1 / teamSize;
  return { key, model, temperature: null, prompt: '', system: '', draftLength: 1, share, exponent: share };
}

/** The team with one member more, who gets an equal part. */
export function addMember(team: TeamForm, model: string): TeamForm {
  const key = 1 + Math.max(-1, ...team.members.map((member) => member.key));
  const member = newMember(key, model, team.members.length + 1);
  return { ...team, members: sharedOut([...team.members, member], key, member.share) };
}

/** The team without a member, whose part goes to the others. */
export function removeMember(team: TeamForm, key: number): TeamForm {
  const members = sharedOut(team.members, key, 0).filter((member) => member.key !== key);
  return { ...team, members, starter: team.starter === key ? null : team.starter };
}

export function changeMember(team: TeamForm, key: number, change: Partial<MemberForm>): TeamForm {
  const members = team.members.map((member) => (member.key === key ? { ...member, ...change } : member));
  return { ...team, members };
}

/** Gives a member its share of a weighted combination; the others keep their proportions. */
export function setShare(team: TeamForm, key: number, share: number): TeamForm {
  return { ...team, members: sharedOut(team.members, key, share) };
}

function sharedOut(members: readonly MemberForm[], key: number, share: number): readonly MemberForm[] {
  const others = members.filter((member) => member.key !== key);
  const sum = others.reduce((total, other) => total + other.share, 0);
  return members.map((member) => {
    if (member.key === key) return { ...member, share };
    const part = sum > 0 ? member.share / sum : 1 / others.length;
    return { ...member, share: withoutNoise((1 - share) * part) };
  });
}

/** 1 − 0.7 is 0.3 to the reader, and in the request. */
const withoutNoise = (value: number): number => Number(value.toFixed(6));

/** What members read that have no prompt of their own. */
interface CommonPrompt {
  /** null where the prompt is continued as it is. */
  readonly chat: ChatForm | null;
  readonly prompt: string;
}

export function toCollaborative(
  team: TeamForm,
  acceptance: NonNullable<CollaborativeMethod['acceptance']>,
  common: CommonPrompt,
): CollaborativeMethod {
  const starter = team.members.findIndex(({ key }) => key === team.starter);
  return {
    kind: 'collaborative',
    members: team.members.map((member) => ({
      model: member.model,
      draftLength: member.draftLength,
      ...ownPromptOf(member, common),
      ...(member.temperature === null ? {} : { sampling: { temperature: member.temperature } }),
    })),
    combine: toCombine(team),
    schedule: team.schedule,
    acceptance,
    ...(starter < 0 ? {} : { defaultProposer: starter }),
  };
}

/** Nothing where the member reads what all read. */
function ownPromptOf(
  { prompt, system }: MemberForm,
  { chat, prompt: common }: CommonPrompt,
): Pick<CollaborativeMethod['members'][number], 'prompt' | 'messages'> {
  if (!chat) return prompt === '' ? {} : { prompt };
  if (prompt === '' && system === '') return {};
  return { messages: messagesOf({ ...chat, system }, prompt === '' ? common : prompt) };
}

function toCombine(team: TeamForm): CollaborativeMethod['combine'] {
  switch (team.combination) {
    case 'weighted':
      return { kind: 'weighted', weights: team.members.map(({ share }) => share) };
    case 'contrastive':
      return { kind: 'contrastive', mu: team.mu, alpha: team.masksImplausible ? plausibleShare : 0 };
    case 'geometric':
      return { kind: 'geometric', weights: team.members.map(({ exponent }) => exponent) };
    case 'custom':
      return { kind: 'custom', url: team.moduleUrl };
  }
}
