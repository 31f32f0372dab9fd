import { CATALOGUE_FILE, readCatalogue } from '../models/catalogue.ts';
import type { ModelChoice } from './model-choice.ts';

/**
 * The models of the catalogue that lies beside the page.
 * @throws EngineError `integrity` where it is none; what `fetch` throws where it does not arrive
 */
export async function fetchModelChoices(): Promise<readonly ModelChoice[]> {
  const url = new URL(`models/${CATALOGUE_FILE}`, document.baseURI);
  const response = await fetch(url);
  return readCatalogue(await response.json(), url.href).models.map(({ id, title }) => ({ id, title }));
}
