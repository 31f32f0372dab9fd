import { PhiloxSource } from '../src/random/philox-source.ts';
import { distributionOf } from '../src/sample/distribution.ts';
import { type SamplingParameters, untruncated } from '../src/sample/sampling-parameters.ts';
import { normalLogits } from '../src/sample/testing/normal-logits.ts';
import { type Quartiles, quartilesOf, withSpread } from '../src/speed/quartiles.ts';
import type { BrowserTable } from './bench-table.ts';

/** Those of the story models, SmolLM2 and Gemma. */
const vocabSizes = [1_846, 49_152, 262_144];

const cases: readonly (Partial<SamplingParameters> & { readonly name: string })[] = [
  { name: 'no truncation' },
  { name: 'top-k 50', topK: 50 },
  { name: 'top-p 0.9', topP: 0.9 },
  { name: 'min-p 0.05', minP: 0.05 },
  { name: 'top-k 50, top-p 0.9, min-p 0.05', topK: 50, topP: 0.9, minP: 0.05 },
];

/** Milliseconds from a logits row to a token on the CPU, in Node, whose JavaScript engine is Chromium's. */
export const samplingTable: BrowserTable = {
  name: 'sampling',
  missing: () => null,
  async measureInBrowser({ quick, log }) {
    const rowCount = quick ? 4 : 16;
    const repeats = quick ? 6 : 20;
    const sections = vocabSizes.map((vocabSize) => {
      const rows = Array.from({ length: rowCount }, (_, index) => normalLogits(vocabSize, index + 1));
      const times = cases.map(({ name, ...sampling }) => {
        const ms = quartilesOf(measure(rows, { ...untruncated, ...sampling }, repeats));
        log(`${ms.median.toFixed(3).padStart(8)} ms  ${vocabSize} entries, ${name}`);
        return { name, ms };
      });
      return { vocabSize, times };
    });
    return {
      markdown: pageOf(sections),
      data: { sections },
      where: {
        browser: `Node with V8 ${process.versions.v8}`,
        backend: 'the CPU sampler',
        threads: 1,
        versions: {},
      },
    };
  },
};

/** Each row several times; the first repeats warm up and do not count. */
function measure(
  rows: readonly Float32Array[],
  sampling: SamplingParameters,
  repeats: number,
): readonly number[] {
  const random = new PhiloxSource(7);
  const distribution = new Float64Array(rows[0].length);
  const times: number[] = [];
  for (let repeat = -2; repeat < repeats; repeat++) {
    for (const [position, row] of rows.entries()) {
      const startMs = performance.now();
      distributionOf(row, sampling, distribution);
      random.categorical(distribution, { position, purpose: 'token' });
      if (repeat >= 0) times.push(performance.now() - startMs);
    }
  }
  return times;
}

function pageOf(
  sections: readonly {
    readonly vocabSize: number;
    readonly times: readonly { readonly name: string; readonly ms: Quartiles }[];
  }[],
): string {
  const lines = cases.map(({ name }, index) =>
    [name, ...sections.map(({ times }) => withSpread(times[index].ms, 3))].join(' | '),
  );
  return `# From a logits row to a token, on the CPU

Milliseconds for the distribution (temperature, truncation, normalisation) and the draw: medians, with the quartiles in
brackets. Logits are normally distributed with the mean and deviation of SmolLM2-135M's (49,152 entries); what a step of
that model takes stands in the tables of real models, with the share that sampling has of it.

| | ${vocabSizes.map((vocabSize) => `${vocabSize.toLocaleString('en')} entries`).join(' | ')} |
|---|${vocabSizes.map(() => '---|').join('')}
${lines.map((line) => `| ${line} |`).join('\n')}
`;
}
