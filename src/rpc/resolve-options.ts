import type { BackendChoice, EngineOptions, ResolvedEngineOptions } from '../engine/engine-api.ts';
import { EngineError } from '../errors/engine-error.ts';
import { DEFAULT_HUB_URL } from '../models/files/hub/hub-model.ts';
import { baseUrlOf } from './base-url.ts';

const backends: readonly string[] = ['auto', 'wasm', 'webgpu'] satisfies BackendChoice[];

/**
 * Options with defaults filled in and absolute addresses.
 * @param baseUrl what addresses are relative to; default: what those of the page are
 * @throws EngineError `invalid-request`, before anything is started
 */
export function resolveOptions(
  options: EngineOptions,
  baseUrl: string = baseUrlOf(globalThis),
): ResolvedEngineOptions {
  const backend = options.backend ?? 'auto';
  if (!backends.includes(backend)) throw refused('backend', backend, `one of ${backends.join(', ')}`);
  const absolute = (field: 'modelsUrl' | 'catalogueUrl' | 'hubUrl', byDefault: string) => {
    const address = options[field] ?? byDefault;
    if (!URL.canParse(address, baseUrl)) throw refused(field, address, 'an address');
    return new URL(address, baseUrl).href;
  };
  return {
    backend,
    modelsUrl: absolute('modelsUrl', 'models/'),
    catalogueUrl: absolute('catalogueUrl', 'models/catalogue.json'),
    hubUrl: absolute('hubUrl', DEFAULT_HUB_URL),
    baseUrl,
  };
}

function refused(field: string, received: string, expected: string): EngineError {
  return new EngineError('invalid-request', `${field} is "${received}": give ${expected}`, {
    details: { field, received },
  });
}
