import { exactAcceptance } from './acceptance-form.ts';
import { newChat } from './chat-form.ts';
import {
  defaultTeam,
  draftModel,
  neededModels,
  type RequestForm,
  targetModel,
  toRequest,
} from './request-form.ts';
import { changeMember, type MemberForm, type TeamForm, teamOf } from './team-form.ts';

/** A named starting point: what it sets of the form, and leaves the rest. */
export interface Preset {
  readonly title: string;
  readonly change: Partial<RequestForm>;
}

/** A text that comes back to its own words, so that looking them up pays. */
const refrain =
  'Once upon a time, a brave witch named Mia lived in a deep forest. One day Mia got a loaf of warm bread as a ' +
  'gift. On the way she met a brave sparrow. The sparrow looked at the food and said nothing. Mia shook her head ' +
  'and went on. Later she came to the high mountain, and there was a hungry crow. She tried once, but it did not ' +
  'work. Then the sparrow came back with a long ladder. "I will help you," she said. Together they got past the ' +
  'hungry crow. "I am sorry," said Mia. "Please eat with me." They sat down side by side and ate until nothing was ' +
  'left. Mia shook her head and went on. Later she';

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

const told =
  'Once upon a time, a brave witch named Mia lived in a deep forest. One day Mia got a loaf of warm bread as a gift. ' +
  'On the way she met a hungry crow. The crow looked at the bread and said nothing.';

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
      prompt: refrain,
    },
  },
  {
    title: 'Keep to what was told',
    change: {
      ...together(guided(targetModel, { prompt: `${told} Later the crow` }, {})),
      prompt: 'Later the crow',
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

export function applyPreset(form: RequestForm, { change }: Preset): RequestForm {
  return { ...form, ...change };
}

/** True where choosing the preset would change nothing of the request. */
export function isApplied(form: RequestForm, preset: Preset): boolean {
  return JSON.stringify(toRequest(applyPreset(form, preset))) === JSON.stringify(toRequest(form));
}
