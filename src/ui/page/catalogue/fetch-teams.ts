import { fetchBeside } from '../../kit/fetch-beside.ts';
import { readTeamCatalogue, TEAMS_FILE, type TeamCatalogue } from './team-catalogue.ts';

/**
 * The catalogue of teams that lies beside the page.
 * @throws EngineError `integrity` where it is none; Error where it does not arrive
 */
export function fetchTeams(): Promise<TeamCatalogue> {
  return fetchBeside(TEAMS_FILE, readTeamCatalogue);
}
