import { afterEach, expect, test } from 'vitest';
import { noCriteria } from '../../pilot/criteria.ts';
import { fakePlan } from '../../pilot/testing/fake-pilot.ts';
import { type KeptPilot, PilotStorage } from './pilot-storage.ts';

afterEach(async () => {
  for (const key of ['a', 'b']) await new PilotStorage().forget(key);
});

const pilot = (key: string): KeptPilot => ({
  key,
  plan: fakePlan(),
  criteria: noCriteria,
  environment: {} as KeptPilot['environment'],
});

test('pilots that two tabs begin at once are both kept', async () => {
  const storage = new PilotStorage();
  await Promise.all([storage.begin(pilot('a')), new PilotStorage().begin(pilot('b'))]);
  // The second in its transaction was begun last; without it the other is there.
  const last = await storage.latest();
  await storage.forget(last!.key);
  expect(new Set([last!.key, (await storage.latest())?.key])).toEqual(new Set(['a', 'b']));
});
