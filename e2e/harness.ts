import { expect, type Page } from '@playwright/test';
import type { DecodeResult, EngineOptions } from '../src/engine/engine-api.ts';
import type { DecodeRequest } from '../src/engine/request-types.ts';

/** Opens terminal.html, whose scripts drive an engine; of the built site unless another one is named. */
export async function openHarness(page: Page, siteUrl = './'): Promise<void> {
  await page.goto(`${siteUrl}terminal.html`);
  await page.waitForFunction('window.antiphon !== undefined');
}

/** Opens terminal.html and starts its engine with these models. */
export async function openEngine(
  page: Page,
  options: EngineOptions,
  models: readonly string[],
  siteUrl?: string,
): Promise<void> {
  await openHarness(page, siteUrl);
  const opened = await page.evaluate(([given, names]) => window.antiphon.openEngine(given, names), [
    options,
    models,
  ] as const);
  expect(opened).toMatchObject({ ok: true });
}

export async function decode(page: Page, request: DecodeRequest): Promise<DecodeResult> {
  const [result] = await decodeAll(page, [request]);
  return result;
}

export async function decodeAll(page: Page, requests: readonly DecodeRequest[]): Promise<DecodeResult[]> {
  const outcomes = await page.evaluate(async (given) => {
    const outcomes = [];
    for (const request of given) outcomes.push(await window.antiphon.runDecode(request));
    return outcomes;
  }, requests);
  return outcomes.map((outcome) => {
    if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
    return outcome.value;
  });
}

/** Names the first token that differs, its position and both values. */
export function expectSameTokens(actual: DecodeResult, expected: DecodeResult, what: string): void {
  const position = expected.tokenIds.findIndex((tokenId, index) => tokenId !== actual.tokenIds[index]);
  const told = `${what}: token ${actual.tokenIds[position]} instead of ${expected.tokenIds[position]} at ${position}`;
  expect(actual.tokenIds, told).toEqual(expected.tokenIds);
}
