import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { minPairs } from '../../speed/speed-up.ts';
import { readTrace } from '../../trace/read-trace.ts';
import { SeePlayback } from './see-playback.ts';
import { readSeeRecording, type SeeRecordingFile } from './see-recording.ts';
import { turnsRequest } from './see-run.ts';

const publicFile = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../../public/${path}`, import.meta.url), 'utf8'));

const file: SeeRecordingFile = publicFile('see.json');

test('the recorded story was written both ways by the models that come with the page', () => {
  const { models } = publicFile('models/catalogue.json') as {
    models: { id: string; files: { path: string; sha256: string }[] }[];
  };
  const weightsOf = (id: string) =>
    models.find((model) => model.id === id)?.files.find(({ path }) => path.endsWith('.onnx'))?.sha256;
  for (const [trace, schedule] of [
    [file.reference, 'sequential'],
    [file.turns, 'alternate'],
  ] as const) {
    const { header, result } = readTrace(trace);
    expect(header.members).toHaveLength(2);
    for (const { model, sha256 } of header.members)
      expect({ model, sha256 }).toEqual({ model, sha256: weightsOf(model) });
    const { prompt = '', seed = 0 } = header.request;
    const asked = turnsRequest({ prompt, seed });
    expect(header.request).toMatchObject({ ...asked, method: { ...asked.method, schedule } });
    expect(result?.finishReason).toBe('end');
  }
});

test('it keeps the promise of the first screen: equal tokens, fewer calls, enough pairs, 20 to 40 s', () => {
  const runs = readSeeRecording(file, readTrace);
  expect(runs.isSameText).toBe(true);
  expect(runs.turnsCalls).toBeLessThan(0.65 * runs.referenceCalls);
  expect(runs.pairs.length).toBeGreaterThanOrEqual(minPairs);
  const { timelines, maxFactor } = new SeePlayback(runs, 'recording', {
    now: () => 0,
    after: () => () => {},
  });
  const slowedMs = maxFactor * timelines.reference.durationMs;
  expect(slowedMs).toBeGreaterThanOrEqual(20_000);
  expect(slowedMs).toBeLessThanOrEqual(40_000);
});
