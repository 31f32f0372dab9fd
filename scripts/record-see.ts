import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../src/antiphon-node.ts';
import type { DecodeResult, LoadedModel } from '../src/engine/engine-api.ts';
import type { DecodeRequest } from '../src/engine/request-types.ts';
import { referenceOf } from '../src/speed/reference.ts';
import { traceHeader, writeTrace } from '../src/trace/write-trace.ts';
import type { SeeRecordingFile } from '../src/ui/see/see-recording.ts';
import { runBothWays, turnsRequest } from '../src/ui/see/see-run.ts';
import { ensureLibrary, projectFolder } from './build.ts';

/**
 * `npx tsx scripts/record-see.ts [PROMPT] [SEED]`: records the first screen's story both ways, with the comparisons of
 * their speed on this machine, into public/see.json. Run it on a machine that does nothing else.
 */
const [prompt = 'A thousand light years away', seed = '4'] = process.argv.slice(2);

await ensureLibrary();
const engine = await connect({ backend: 'wasm' });
try {
  const request = turnsRequest({ prompt, seed: Number(seed) });
  const { method } = request;
  const ids = method.kind === 'collaborative' ? method.members.map(({ model }) => model) : [];
  const models: LoadedModel[] = [];
  for (const id of ids) models.push(await engine.load(id));
  // The first run of a process is slower than all later ones.
  await engine.decode({ ...request, maxTokens: 20 }).result;
  const runs = await runBothWays(
    (one, options) => engine.decode(one, options),
    { prompt, seed: Number(seed) },
    {
      onTokens: () => {},
      onPair: () => {},
      signal: new AbortController().signal,
    },
  );
  const traceOf = (asked: DecodeRequest, result: DecodeResult): string =>
    writeTrace({
      header: traceHeader({ request: asked, models }),
      rounds: result.rounds,
      candidates: [],
      result,
    });
  const file: SeeRecordingFile = {
    reference: traceOf(referenceOf(request) ?? request, runs.reference),
    turns: traceOf(request, runs.turns),
    pairs: runs.pairs,
  };
  writeFileSync(join(projectFolder, 'public', 'see.json'), JSON.stringify(file));
  const { referenceCalls, turnsCalls, isSameText, speedUp } = runs;
  process.stdout.write(
    `${prompt}${runs.turns.text}\n${JSON.stringify({ referenceCalls, turnsCalls, isSameText, speedUp })}\n`,
  );
} finally {
  await engine.close();
}
