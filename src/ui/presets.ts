import { exactAcceptance } from './acceptance-form.ts';
import { defaultTeam, draftModel, type RequestForm, targetModel, toRequest } from './request-form.ts';
import { changeMember, teamOf } from './team-form.ts';

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

const expertAndAmateur = teamOf([targetModel, draftModel]);

export const presets: readonly Preset[] = [
  {
    title: 'Fairy × Space',
    change: { method: 'collaborative', team: teamOf(defaultTeam), acceptance: exactAcceptance },
  },
  {
    title: 'Draft speeds up Base',
    change: { method: 'draft-model', draftLength: 6, acceptance: exactAcceptance },
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
    change: { method: 'ngram', draftLength: 6, acceptance: exactAcceptance, prompt: refrain },
  },
];

export function applyPreset(form: RequestForm, { change }: Preset): RequestForm {
  return { ...form, ...change };
}

/** True where choosing the preset would change nothing of the request. */
export function isApplied(form: RequestForm, preset: Preset): boolean {
  return JSON.stringify(toRequest(applyPreset(form, preset))) === JSON.stringify(toRequest(form));
}
