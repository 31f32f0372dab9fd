import { exactAcceptance } from '../../form/acceptance-form.ts';
import { withOwnWords } from '../../form/presets.ts';
import type { RequestForm } from '../../form/request-form.ts';
import { withChosen } from '../../form/stand-ins.ts';
import { type TeamForm, teamOf } from '../../form/team-form.ts';
import type { Family, Team } from './team-catalogue.ts';

/**
 * The form with a team's method and members; the reader's own prompt, seed and limits stay. A chat ends where a member
 * cannot talk.
 */
export function applyTeam(form: RequestForm, team: Team, { models }: Pick<Family, 'models'>): RequestForm {
  const canChat = team.members.every(({ model }) =>
    models.some((one) => one.model === model && one.roles.includes('chat')),
  );
  const common = { method: team.method, acceptance: exactAcceptance, chat: canChat ? form.chat : null };
  return withChosen(withOwnWords(form), { ...common, ...chosenBy(team) });
}

function chosenBy(team: Team): Partial<RequestForm> {
  switch (team.method) {
    case 'draft-model': {
      const [target, draft] = team.members.map(({ model }) => model);
      return { target, draft, draftLength: team.draftLength };
    }
    case 'ngram':
      return { target: team.members[0].model, draftLength: team.draftLength };
    case 'collaborative':
      return { team: teamForm(team) };
  }
}

function teamForm({ members, combine }: Extract<Team, { method: 'collaborative' }>): TeamForm {
  const equals = teamOf(members.map(({ model }) => model));
  switch (combine.kind) {
    case 'contrastive':
      return {
        ...equals,
        combination: combine.kind,
        mu: combine.mu,
        masksImplausible: combine.masksImplausible,
      };
    case 'weighted':
      return { ...equals, combination: combine.kind, members: weighed(equals, 'share', combine.weights) };
    case 'geometric':
      return { ...equals, combination: combine.kind, members: weighed(equals, 'exponent', combine.weights) };
  }
}

function weighed(
  { members }: TeamForm,
  field: 'share' | 'exponent',
  weights: readonly number[],
): TeamForm['members'] {
  return members.map((member, index) => ({ ...member, [field]: weights[index] }));
}
