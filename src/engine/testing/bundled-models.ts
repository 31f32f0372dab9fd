import { siteUrl } from '../../models/testing/site.ts';
import type { ResolvedEngineOptions } from '../engine-api.ts';

/** Folder of the models that come with the page, as the test server serves it. */
export const modelsUrl = new URL('/models/', siteUrl).href;

/** Options of an engine on these models. */
export const bundledModels = (backend: 'wasm' | 'webgpu'): ResolvedEngineOptions => ({
  backend,
  modelsUrl,
  catalogueUrl: `${modelsUrl}catalogue.json`,
  hubUrl: 'https://huggingface.co',
  baseUrl: siteUrl,
});
