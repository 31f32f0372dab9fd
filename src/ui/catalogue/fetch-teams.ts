import { readTeamCatalogue, TEAMS_FILE, type TeamCatalogue } from '../../models/team-catalogue.ts';

/**
 * The catalogue of teams that lies beside the page.
 * @throws EngineError `integrity` where it is none; what `fetch` throws where it does not arrive
 */
export async function fetchTeams(): Promise<TeamCatalogue> {
  const url = new URL(TEAMS_FILE, document.baseURI);
  const response = await fetch(url);
  return readTeamCatalogue(await response.json(), url.href);
}
