import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../src/antiphon-node.ts';
import type { DecodeResult, LoadedModel } from '../src/engine/engine-api.ts';
import type { DecodeRequest } from '../src/engine/request-types.ts';
import { referenceOf } from '../src/speed/reference.ts';
import { minPairs } from '../src/speed/speed-up.ts';
import { traceHeader, writeTrace } from '../src/trace/write-trace.ts';
import { paneTimeline } from '../src/ui/see/pane-timeline.ts';
import type { SeeRecordingFile } from '../src/ui/see/see-recording.ts';
import { runBothWays, type SeenRuns, turnsRequest } from '../src/ui/see/see-run.ts';
import { verdictOf } from '../src/ui/see/verdict.ts';
import { ensureLibrary, projectFolder } from './build.ts';

/**
 * `npx tsx scripts/record-see.ts [PROMPT] [SEED]`: records the first screen's story both ways, with the pairs that
 * compare their speed on this machine, into public/see.json, and prints what the screen will say. It writes the story
 * seven times and keeps the one whose shown speed is nearest to that of its repeats, which takes a minute or two. Run it
 * on a machine that does nothing else: the speed stands on the first screen. The default story was picked by eye from the
 * stories of about 100 seeds; what another one must keep is in src/ui/see/see-recording.test.ts.
 */
const [prompt = 'A thousand light years away', seed = '4'] = process.argv.slice(2);

/** How far the speed that the panes show is from that of the repeats: readers compare both. */
function distanceToRepeats({ reference, turns, speedUp }: SeenRuns): number {
  const shown = paneTimeline(reference.rounds).durationMs / paneTimeline(turns.rounds).durationMs;
  return Math.abs(Math.log(shown / (speedUp?.median ?? 1)));
}

await ensureLibrary();
const engine = await connect({ backend: 'wasm' });
try {
  const request = turnsRequest({ prompt, seed: Number(seed) });
  const { method } = request;
  const ids = method.kind === 'collaborative' ? method.members.map(({ model }) => model) : [];
  const models: LoadedModel[] = [];
  for (const id of ids) models.push(await engine.load(id));
  const write = () =>
    runBothWays(
      (one, options) => engine.decode(one, options),
      { prompt, seed: Number(seed) },
      { onTokens: () => {}, onPair: () => {}, signal: new AbortController().signal },
    );
  // The first story of a process is slower than all later ones.
  await write();
  const attempts: SeenRuns[] = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    const runs = await write();
    if (!runs.isSameText)
      throw new Error('record-see: the texts differ, so nothing was written; choose another seed');
    if (runs.pairs.length < minPairs) {
      throw new Error(
        `record-see: only ${runs.pairs.length} of ${minPairs} pairs ran in time, so nothing was written; run it on a machine that does nothing else`,
      );
    }
    attempts.push(runs);
  }
  const [runs] = attempts.toSorted((one, other) => distanceToRepeats(one) - distanceToRepeats(other));
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
  writeFileSync(join(projectFolder, 'public', 'see.json'), `${JSON.stringify(file, null, 2)}\n`);
  const { calls, speed, speedDetail } = verdictOf(runs, 'recording');
  process.stdout.write(`${prompt}${runs.turns.text}\n${calls}, ${speed} (${speedDetail})\n`);
} finally {
  await engine.close();
}
