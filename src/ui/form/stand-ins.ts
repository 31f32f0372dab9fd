import type { Place, RequestForm, StandIn } from './request-form.ts';
import { changeMember } from './team-form.ts';

/** The addresses that wait for the reader's word, each once. */
export const wantedIn = ({ standIns }: RequestForm): readonly string[] => [
  ...new Set(standIns.map(({ wanted }) => wanted)),
];

/** The form with fields that the reader has chosen: they stay, even where they read as what stood in there. */
export function withChosen(form: RequestForm, chosen: Partial<RequestForm>): RequestForm {
  const standIns = form.standIns.filter(({ field }) => !(field in chosen));
  return { ...form, ...chosen, standIns };
}

/** The form with those stand-ins alone that stood before it was changed, and still do. */
export function withStanding(form: RequestForm, before: RequestForm): RequestForm {
  const standIns = form.standIns.filter(
    (one) => before.standIns.includes(one) && valueAt(form, one) === one.own,
  );
  return { ...form, standIns };
}

/** The form with what was wanted in the place of every stand-in. */
export function withWanted(form: RequestForm): RequestForm {
  return { ...form.standIns.reduce(replace, form), standIns: [] };
}

function valueAt({ team, ...form }: RequestForm, place: Place): string | undefined {
  if (place.field !== 'team') return form[place.field];
  if (place.member === null) return team.combination;
  return team.members.find(({ key }) => key === place.member)?.model;
}

function replace(form: RequestForm, { wanted, ...place }: StandIn): RequestForm {
  if (place.field !== 'team') return { ...form, [place.field]: wanted };
  if (place.member === null) {
    return { ...form, team: { ...form.team, combination: 'custom', moduleUrl: wanted } };
  }
  return { ...form, team: changeMember(form.team, place.member, { model: wanted }) };
}
