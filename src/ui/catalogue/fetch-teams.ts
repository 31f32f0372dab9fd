import { readTeamCatalogue, TEAMS_FILE, type TeamCatalogue } from '../../models/team-catalogue.ts';

/**
 * The catalogue of teams that lies beside the page.
 * @throws EngineError `integrity` where it is none; Error where it does not arrive
 */
export async function fetchTeams(): Promise<TeamCatalogue> {
  const url = new URL(TEAMS_FILE, document.baseURI);
  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`${url.href} answered ${response.status} ${response.statusText}`.trimEnd());
  return readTeamCatalogue(await response.json(), url.href);
}
