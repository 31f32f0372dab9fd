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
  'Once upon a time there was a small fox named Pip. Pip lived in a small house by the river. ' +
  'One morning Pip lost a red kite. The fox looked in the small house by the river. The fox looked';

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
    change: { method: 'ngram', draftLength: 8, acceptance: exactAcceptance, prompt: refrain },
  },
];

export function applyPreset(form: RequestForm, { change }: Preset): RequestForm {
  return { ...form, ...change };
}

/** True where choosing the preset would change nothing of the request. */
export function isApplied(form: RequestForm, preset: Preset): boolean {
  return JSON.stringify(toRequest(applyPreset(form, preset))) === JSON.stringify(toRequest(form));
}
