import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOnnxGraph } from '../onnx/onnx-graph.ts';
import { EditableModel } from '../onnx/prepare/editable-model.ts';
import { elementType } from '../onnx/prepare/onnx-wire.ts';
import { prepareGraph } from '../onnx/prepare/prepare-graph.ts';
import { type GraphFixture, graphFixtures } from '../testing/graph-fixtures.ts';

const folder = new URL('../fixtures/graphs/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(`${name}.onnx`, folder)));

test('every fixture is in the table, small, and a row of logits for each of its tokens', () => {
  const files = graphFixtures.flatMap(({ name }) => [`${name}.logits`, `${name}.onnx`]);
  expect(readdirSync(folder).sort()).toEqual(files.sort());
  for (const file of files) expect(statSync(new URL(file, folder)).size, file).toBeLessThan(300_000);
  for (const { name, vocabSize } of graphFixtures) {
    expect(statSync(new URL(`${name}.logits`, folder)).size).toBe(40 * vocabSize * 4);
  }
});

test('each exporter is there in every dtype, each family in two or more and from both exporters', () => {
  const values = <K extends keyof GraphFixture>(key: K, of: Partial<GraphFixture>) =>
    new Set(
      graphFixtures
        .filter((fixture) => Object.entries(of).every(([name, value]) => fixture[name as K] === value))
        .map((fixture) => fixture[key]),
    );
  for (const exporter of values('exporter', {})) {
    expect([...values('dtype', { exporter })].sort()).toEqual(['fp16', 'fp32', 'q4', 'q4f16', 'q8']);
  }
  for (const family of values('family', {})) {
    if (family.includes('one packed table')) continue;
    expect(values('dtype', { family }).size, family).toBeGreaterThanOrEqual(2);
    // The builder of onnxruntime-genai knows no GPT.
    expect(values('exporter', { family }).size, family).toBe(family.startsWith('GPT') ? 1 : 2);
  }
});

test.each(graphFixtures)(
  '$name: WASM takes the steps it needs, and nothing is left of what they replace',
  (fixture) => {
    const onnx = read(fixture.name);
    const { onnx: prepared, steps, notes } = prepareGraph(onnx, { unpackedBytesLimit: 2 ** 30 });
    expect({ steps, notes }).toEqual({ steps: fixture.steps, notes: [] });
    const left = readOnnxGraph(prepared).nodes.map(({ opType }) => opType);
    for (const replaced of ['MatMulNBits', 'GatherBlockQuantized', 'GroupQueryAttention']) {
      expect(left).not.toContain(replaced);
    }
    if (!steps.includes('attention')) return;
    // Whatever the cache was: WASM computes in float32.
    const { inputs } = new EditableModel(prepared);
    for (const [name, { elementType: type }] of inputs) {
      if (name.startsWith('past_key_values')) expect(type, name).toBe(elementType.float32);
    }
  },
);

const webgpuWords = {
  runs: 'runs',
  'needs shader-f16': 'with `shader-f16`',
  'leaves out softcap': 'refused: softcap',
};

test('docs/models.md shows the table', () => {
  const document = readFileSync(new URL('../../../docs/models.md', import.meta.url), 'utf8');
  const rows = graphFixtures.map(
    ({ family, exporter, dtype, steps, missingOnWasm, webgpu, tolerance }) =>
      `| ${family} | ${exporter} | \`${dtype}\` | ${missingOnWasm ? 'runs, prepared only' : 'runs'} | ${steps.join(', ') || 'nothing'} | ${webgpuWords[webgpu]} | ${tolerance.reference} |`,
  );
  expect(document).toContain(`${rows.join('\n')}\n`);
});

test('docs/models.md shows the families, each with the dtypes of both exporters', () => {
  const marks = { runs: '', 'needs shader-f16': ' ¹', 'leaves out softcap': ' ²' };
  const document = readFileSync(new URL('../../../docs/models.md', import.meta.url), 'utf8');
  const familyOf = ({ family }: GraphFixture) => family.split(',')[0]!;
  const rows = [...new Set(graphFixtures.map(familyOf))].map((family) => {
    const cells = (['Optimum', 'onnxruntime-genai'] as const).map((exporter) => {
      const own = graphFixtures.filter((one) => familyOf(one) === family && one.exporter === exporter);
      const dtypes = new Set(own.map(({ dtype, webgpu }) => `\`${dtype}\`${marks[webgpu]}`));
      return [...dtypes].join(', ') || '–';
    });
    return `| ${family} | ${cells.join(' | ')} |`;
  });
  expect(document).toContain(`${rows.join('\n')}\n`);
});
