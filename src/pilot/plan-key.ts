import type { LoadedModel } from '../engine/engine-api.ts';
import { engineVersion } from '../engine/engine-version.ts';
import { sha256Hex } from '../models/files/download/sha256.ts';
import type { PilotPlan } from './pilot.ts';
import { modelsOf } from './plan.ts';

/** What a pilot ran on; it goes into its report. */
export interface PilotEnvironment {
  readonly engineVersion: string;
  readonly threads: number;
  readonly models: readonly Pick<LoadedModel, 'id' | 'title' | 'sha256' | 'backend'>[];
  /** The browser in its own words. */
  readonly browser: string;
}

/**
 * @param models the loaded ones, those of the plan among them
 * @throws RangeError where one is missing
 */
export function environmentOf(
  plan: PilotPlan,
  { models, threads }: { readonly models: readonly LoadedModel[]; readonly threads: number },
  browser: string,
): PilotEnvironment {
  const used = modelsOf(plan).map((name) => {
    const model = models.find(({ id }) => id === name);
    if (!model) throw new RangeError(`environmentOf: model ${name} is not loaded`);
    return { id: model.id, title: model.title, sha256: model.sha256, backend: model.backend };
  });
  return { engineVersion, threads, models: used, browser };
}

/**
 * Under which a pilot's runs are kept: a plan that differs in anything, or other weights, another backend, another
 * version of the engine, is another pilot. The browser is not part of it: it updates itself overnight. Nor are the
 * lines on which prompts stand, nor what is expected, so that a corrected expectation judges the texts that are there.
 */
export async function planKey(plan: PilotPlan, environment: PilotEnvironment): Promise<string> {
  const { browser: _browser, ...rest } = environment;
  const prompts = plan.prompts.map(({ line: _line, expected: _expected, ...prompt }) => prompt);
  const kept = { kept: 1, plan: { ...plan, prompts }, environment: rest };
  return sha256Hex(new TextEncoder().encode(JSON.stringify(kept)));
}
