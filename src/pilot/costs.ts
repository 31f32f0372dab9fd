import { EngineError } from '../errors/engine-error.ts';
import type { CostPerForward, PilotPlan } from './pilot.ts';
import { modelsOf } from './plan.ts';

/** Forward passes per token, of one model. */
export interface ModelForwards {
  readonly model: string;
  readonly perToken: number;
  readonly msPerToken: number;
}

/** Per token of a method, and of its reference for as many tokens of the same texts; null for references. */
export interface Forwards {
  readonly own: readonly ModelForwards[];
  readonly reference: readonly ModelForwards[] | null;
}

export interface TokenCost {
  /** In the unit of the stated costs, or milliseconds of forward passes. */
  readonly perToken: number;
  /** ÷ the reference's; null for references, and where that costs nothing. */
  readonly ratio: number | null;
}

/** null where forward passes were not counted by model. */
export function tokenCost(forwards: Forwards | null, costs: CostPerForward): TokenCost | null {
  if (!forwards) return null;
  const costOf = (each: readonly ModelForwards[]): number =>
    each.reduce(
      (sum, { model, perToken, msPerToken }) => sum + (costs ? perToken * (costs[model] ?? 0) : msPerToken),
      0,
    );
  const perToken = costOf(forwards.own);
  const reference = forwards.reference && costOf(forwards.reference);
  return { perToken, ratio: reference ? perToken / reference : null };
}

/**
 * `story-base=4, story-draft=1`; null for an empty text.
 * @throws EngineError `invalid-request`
 */
export function readCosts(text: string): CostPerForward {
  const entries = text.split(/[\s,;]+/).filter((entry) => entry !== '');
  if (entries.length === 0) return null;
  const costs = new Map<string, number>();
  for (const entry of entries) {
    const [, model, number] = /^(.+)=([^=]+)$/.exec(entry) ?? [];
    const cost = Number(number);
    if (model === undefined || !Number.isFinite(cost) || cost < 0) {
      throw refused(`'${entry}' is not a cost: give each model with a number from 0, as in story-base=4`);
    }
    if (costs.has(model)) throw refused(`${model} has two costs: give one`);
    costs.set(model, cost);
  }
  return Object.fromEntries(costs);
}

/** @throws EngineError `invalid-request` where costs and the models of a plan are not the same */
export function requireCostsOf(plan: Pick<PilotPlan, 'groups'>, costs: CostPerForward): void {
  if (!costs) return;
  const models = modelsOf(plan);
  const unknown = Object.keys(costs).find((model) => !models.includes(model));
  if (unknown !== undefined) {
    throw refused(`no method uses the model ${unknown}; the models are ${models.join(', ')}`);
  }
  const missing = models.find((model) => costs[model] === undefined);
  if (missing !== undefined) throw refused(`${missing} has none: give every model one, or none of them`);
}

function refused(problem: string): EngineError {
  return new EngineError('invalid-request', `cost per forward: ${problem}`, {
    details: { field: 'costPerForward' },
  });
}
