import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTrace } from '../../trace/read-trace.ts';

const publicFile = (path: string) =>
  readFileSync(new URL(`../../../public/${path}`, import.meta.url), 'utf8');

test('the recorded first story was written by the models that come with the page', () => {
  const { header, result } = readTrace(publicFile('first-story.jsonl'));
  const { models } = JSON.parse(publicFile('models/catalogue.json')) as {
    models: { id: string; files: { path: string; sha256: string }[] }[];
  };
  const weightsOf = (id: string) =>
    models.find((model) => model.id === id)?.files.find(({ path }) => path.endsWith('.onnx'))?.sha256;
  expect(header.members).toHaveLength(2);
  for (const { model, sha256 } of header.members)
    expect({ model, sha256 }).toEqual({ model, sha256: weightsOf(model) });
  expect(result?.tokenIds).toHaveLength(84);
});
