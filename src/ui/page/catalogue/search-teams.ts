import type { Family, FamilyModel, Team } from './team-catalogue.ts';

/** What of the families has all words of a query in it, somewhere; a family whose own words have them is kept whole. */
export function searchTeams(families: readonly Family[], query: string): readonly Family[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return families
    .map((family) => ({
      ...family,
      models: family.models.filter((model) => hasAll([...wordsOf(family), ...wordsOfModel(model)], words)),
      teams: family.teams.filter((team) => hasAll([...wordsOf(family), ...wordsOfTeam(team)], words)),
    }))
    .filter(({ models, teams }) => models.length + teams.length > 0);
}

const wordsOf = ({ title, licence, note }: Family): string[] => [title, licence, note];

const wordsOfModel = ({ model, title, roles, weights, ran }: FamilyModel): string[] => [
  model,
  title,
  ...roles,
  ...weights.map(({ dtype }) => dtype),
  ran === null ? 'listed' : `ran here ${ran}`,
];

const wordsOfTeam = ({ title, note, method, members }: Team): string[] => [
  title,
  note,
  method,
  ...members.flatMap(({ model, role }) => [model, role]),
];

function hasAll(texts: readonly string[], words: readonly string[]): boolean {
  const text = texts.join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}
