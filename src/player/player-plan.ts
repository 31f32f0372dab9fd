import { validateDecodeRequest } from '../engine/decode-request.ts';
import type { EngineOptions } from '../engine/engine-api.ts';
import { membersOf } from '../engine/request-members.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { resolveOptions } from '../rpc/resolve-options.ts';
import type { PlayerSettings } from './player-api.ts';
import { requestOf } from './player-request.ts';
import { type ViewName, viewsOf } from './views.ts';

/** What settings come to, checked. */
export interface PlayerPlan {
  readonly request: DecodeRequest;
  /** Those that the request names, each once. */
  readonly models: readonly string[];
  readonly options: EngineOptions;
  readonly views: ReadonlySet<ViewName>;
}

/**
 * @param baseUrl what the addresses in the settings are relative to
 * @throws EngineError `invalid-request`, as `decode` and `connect` would; `details.field` names the setting
 */
export function planOf(settings: PlayerSettings, baseUrl: string): PlayerPlan {
  const options = optionsOf(settings);
  resolveOptions(options, baseUrl);
  const request = requestOf(settings);
  const members = membersOf(validateDecodeRequest(request));
  return {
    request,
    models: [...new Set(members.map(({ model }) => model))],
    options,
    views: viewsOf(settings.views),
  };
}

function optionsOf({ backend, modelsUrl, catalogueUrl }: PlayerSettings): EngineOptions {
  // An embedded element asks the folder that it was given, and no other place beside the page.
  const catalogue = catalogueUrl ?? (modelsUrl && `${modelsUrl.replace(/\/?$/, '/')}catalogue.json`);
  return {
    ...(backend ? { backend } : {}),
    ...(modelsUrl ? { modelsUrl } : {}),
    ...(catalogue ? { catalogueUrl: catalogue } : {}),
  };
}
