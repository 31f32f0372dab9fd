import { defaultTeam, draftModel, targetModel } from '../models/default-models.ts';
import { exactAcceptance } from './acceptance-form.ts';
import { newChat } from './chat-form.ts';
import { neededModels, type RequestForm, samplePrompts, toRequest } from './request-form.ts';
import { withChosen } from './stand-ins.ts';
import { changeMember, type MemberForm, type TeamForm, teamOf } from './team-form.ts';

/** A named starting point: what it sets of the form. The rest stays, but for what another preset put into it. */
export interface Preset {
  readonly title: string;
  readonly change: Partial<RequestForm>;
}

/** Words that its continuation quotes ("the warm woolen hat", "the heavy stone door"), so that looking them up pays. */
const lostHat =
  'Once upon a time, in a town with red roofs and a stone bridge, there lived a dreamy fox. His name was Leo. Leo ' +
  'loved his warm woolen hat more than anything, but one day it was gone.\n\nHe looked under the bed and behind the ' +
  'door, but it was not there. "Maybe it is in the misty swamp," he thought, and he set out at once. Suddenly he saw ' +
  'a heavy stone door. A tiny elf named Bolt heard him and came closer. "Can I help you?" asked Bolt. Leo told him ' +
  'about the warm woolen hat.';

/** One model with two prompts: towards what the first adds to the second, as classifier-free guidance does at w = 0.5. */
function guided(model: string, first: Partial<MemberForm>, second: Partial<MemberForm>): TeamForm {
  const team = changeMember(teamOf([model, model]), 0, { ...first, exponent: 1.5 });
  return { ...changeMember(team, 1, { ...second, exponent: -0.5 }), combination: 'geometric' };
}

const twoVoices = (model: string, first: Partial<MemberForm>, second: Partial<MemberForm>): TeamForm =>
  changeMember(changeMember(teamOf([model, model]), 0, first), 1, second);

const together = (team: TeamForm): Partial<RequestForm> => ({
  method: 'collaborative',
  team,
  acceptance: exactAcceptance,
});

/** Names the speaker of what follows, which nobody could guess who has not read it. */
const told =
  'Once upon a time, a brave witch named Mia lived in a deep forest where the trees whispered. One day Mia got a loaf ' +
  'of warm bread as a gift. On the way she met a hungry crow named Pip. Pip looked at the food and said nothing, but his ' +
  'stomach growled.';
const speech = '"I am so hungry," said';

const expertAndAmateur = teamOf([targetModel, draftModel]);

export const presets: readonly Preset[] = [
  {
    title: 'Fairy × Space',
    change: { method: 'collaborative', team: teamOf(defaultTeam), acceptance: exactAcceptance },
  },
  {
    title: 'Draft speeds up Base',
    change: {
      method: 'draft-model',
      target: targetModel,
      draft: draftModel,
      draftLength: 6,
      acceptance: exactAcceptance,
    },
  },
  {
    title: 'Contrast away the amateur',
    change: {
      method: 'collaborative',
      // The amateur costs next to nothing, so it may run further ahead.
      team: {
        ...changeMember(expertAndAmateur, 1, { draftLength: 4 }),
        combination: 'contrastive',
        mu: 0.3,
        masksImplausible: true,
      },
      acceptance: exactAcceptance,
    },
  },
  {
    title: 'Quote the prompt',
    change: {
      method: 'ngram',
      target: targetModel,
      draftLength: 'adaptive',
      acceptance: exactAcceptance,
      prompt: lostHat,
    },
  },
  {
    title: 'Keep to what was told',
    change: {
      ...together(guided(targetModel, { prompt: `${told} ${speech}` }, {})),
      prompt: speech,
    },
  },
  {
    title: 'More of a fairy tale',
    change: {
      ...together(guided(targetModel, { prompt: '<|fairy|>Once upon a time' }, {})),
      prompt: 'Once upon a time',
    },
  },
  {
    title: 'Two voices, one model',
    change: {
      ...together(
        twoVoices(
          targetModel,
          { prompt: '<|fairy|>Once upon a time' },
          { prompt: '<|space|>Once upon a time' },
        ),
      ),
      prompt: 'Once upon a time',
    },
  },
];

const captain =
  'You are an old sea captain. Answer in one short paragraph, and speak of ships in every sentence.';
const poet = 'You are a gentle poet. Answer in one short paragraph, with a picture in every sentence.';
const notes =
  'The Harbour Museum of Tarnsby opens at noon. A ticket costs four shells, which are baked in its own kitchen.';

/** The same three uses for a model that was trained to chat. */
function chatPresets(model: string): readonly Preset[] {
  const asking = (prompt: string): Partial<RequestForm> => ({ prompt, chat: newChat });
  return [
    {
      title: 'Keep to a document',
      change: {
        ...together(guided(model, { system: `Answer from these notes: ${notes}` }, {})),
        ...asking('What does a ticket to the Harbour Museum of Tarnsby cost?'),
      },
    },
    {
      title: 'Follow an instruction',
      change: { ...together(guided(model, { system: captain }, {})), ...asking('How do I boil an egg?') },
    },
    {
      title: 'Two personas at once',
      change: {
        ...together(twoVoices(model, { system: captain }, { system: poet })),
        ...asking('What is the moon made of?'),
      },
    },
  ];
}

/** What to offer beside a form: in a chat for the model it is with. */
export const presetsFor = (form: RequestForm): readonly Preset[] =>
  form.chat ? chatPresets(neededModels(form)[0]) : presets;

const every: readonly Preset[] = [...presets, ...chatPresets(targetModel)];
const presetPrompts = new Set(every.flatMap(({ change }) => change.prompt ?? []));
/** Prompts and system prompts of presets' members. */
const memberWords = new Set(
  every.flatMap(({ change }) => change.team?.members.flatMap(({ prompt, system }) => [prompt, system]) ?? []),
);
const withoutPresetWords = (words: string): string => (memberWords.has(words) ? '' : words);

/**
 * The form with the reader's prompt back where a preset put its own, and without the words that a preset gave to
 * members. A prompt counts as a preset's where it reads as one: after a reload nothing else is known of it.
 */
export function withOwnWords(form: RequestForm): RequestForm {
  const { prompt, replacedPrompt, team } = form;
  const members = team.members.map((member) => ({
    ...member,
    prompt: withoutPresetWords(member.prompt),
    system: withoutPresetWords(member.system),
  }));
  return {
    ...form,
    prompt: presetPrompts.has(prompt) ? (replacedPrompt ?? samplePrompts[0]) : prompt,
    team: { ...team, members },
  };
}

export function applyPreset(form: RequestForm, { change }: Preset): RequestForm {
  const own = withOwnWords(form);
  return withChosen({ ...own, replacedPrompt: own.prompt }, change);
}

/** True where choosing the preset would change nothing of the request. */
export function isApplied(form: RequestForm, preset: Preset): boolean {
  return JSON.stringify(toRequest(applyPreset(form, preset))) === JSON.stringify(toRequest(form));
}
