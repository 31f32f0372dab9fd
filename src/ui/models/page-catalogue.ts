import { CATALOGUE_FILE, readCatalogue } from '../../models/files/catalogue.ts';
import { fetchBeside } from '../kit/fetch-beside.ts';
import type { ModelChoice } from './model-choice.ts';

/**
 * The models of the catalogue that lies beside the page.
 * @throws EngineError `integrity` where it is none; Error where it does not arrive
 */
export async function fetchModelChoices(): Promise<readonly ModelChoice[]> {
  const { models } = await fetchBeside(`models/${CATALOGUE_FILE}`, readCatalogue);
  return models.map(({ id, title }) => ({ id, title }));
}
