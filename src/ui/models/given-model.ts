import { EngineError } from '../../errors/engine-error.ts';
import { splitDtype } from '../../models/files/dtype.ts';
import { DEFAULT_HUB_URL, repositoryOf } from '../../models/files/hub/hub-model.ts';

/** What a reader typed as a model: its name as `load` takes it, or what is wrong with it. */
export type GivenModel =
  | { readonly model: string; readonly problem: null }
  | { readonly model: null; readonly problem: string };

/** Reads "owner/name", an address copied from the hub's page of it, a folder's address, or an id; each with a dtype. */
export function readGivenModel(text: string): GivenModel {
  const model = withoutHub(text.trim());
  try {
    const { name } = splitDtype(model);
    const isAddress = /^(https?:\/\/|\.{0,2}\/)/.test(name) && URL.canParse(name, 'https://page.example/');
    const isId = /^[A-Za-z0-9][\w.-]*$/.test(name);
    if (isAddress || isId || repositoryOf(name, DEFAULT_HUB_URL)) return { model, problem: null };
  } catch (error) {
    if (error instanceof EngineError) return { model: null, problem: error.message };
    throw error;
  }
  const problem = `“${model}” is neither a repository (owner/name or owner/name:q4) nor the URL of a folder.`;
  return { model: null, problem };
}

/** "https://huggingface.co/owner/name/tree/v1" -> "owner/name@v1" */
function withoutHub(text: string): string {
  const match =
    /^https:\/\/(?:huggingface\.co|hf\.co)\/([^/]+\/[^/?#:]+)(?:\/tree\/([^/?#]+))?\/?(:\w+)?$/.exec(text);
  if (!match) return text;
  const [, repo, revision = 'main', dtype = ''] = match;
  return `${repo}${revision === 'main' ? '' : `@${revision}`}${dtype}`;
}
