import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTrace } from '../../src/trace/read-trace.ts';
import { Replay } from '../../src/trace/replay.ts';
import { recordedRun } from '../../src/trace/testing/recorded-run.ts';
import { writeTrace } from '../../src/trace/write-trace.ts';
import { RhythmModel } from '../../src/ui/rhythm/rhythm-model.ts';
import { addRound, emptyStory, endStory, liveNumbers, paragraphsOf } from '../../src/ui/story/story.ts';
import { withoutEmptyLines } from '../../src/ui/story/story-lines.ts';
import { projectFolder } from '../build.ts';
import { Dice } from './dice.ts';
import { type Mutant, mutateBytes } from './mutate-bytes.ts';
import { mutateJson } from './mutate-json.ts';
import { type Outcome, outcomeOf, works } from './outcome.ts';

/** Reads broken recordings, replays those that can be read, and makes of them what a page shows. */
export class TraceCases {
  readonly #traces: readonly Uint8Array[];

  private constructor(traces: readonly Uint8Array[]) {
    this.#traces = traces;
  }

  static async open(): Promise<TraceCases> {
    const written = await Promise.all((['collaborative', 'plain', 'ngram'] as const).map(recordedRun));
    return new TraceCases([
      ...written.map((trace) => new TextEncoder().encode(writeTrace(trace))),
      readFileSync(join(projectFolder, 'src/trace/fixtures/lookup-1.0.jsonl')),
    ]);
  }

  async run(seed: number): Promise<Outcome> {
    const dice = new Dice(seed);
    const { what, bytes } = mutateLines(dice.pick(this.#traces), dice);
    const text = new TextDecoder().decode(bytes);
    const attempt = await outcomeOf(async () => {
      const trace = readTrace(text);
      const again = writeTrace(readTrace(writeTrace(trace)));
      if (again !== writeTrace(trace))
        return { end: 'works', fault: 'reads otherwise when it is written anew' };
      const model = new RhythmModel();
      let story = emptyStory;
      const replay = new Replay(trace);
      replay.seek(Number.POSITIVE_INFINITY);
      for await (const round of replay) {
        model.append(round);
        story = addRound(story, round);
      }
      const { text: whole } = await replay.result;
      for (const { tokensByRound } of paragraphsOf(endStory(story, whole)))
        for (const tokens of tokensByRound) withoutEmptyLines(tokens, true);
      liveNumbers(story);
      return works;
    });
    return { ...attempt, what };
  }

  async close(): Promise<void> {}
}

/** One of its lines as JSON, the order of lines, or its bytes. */
function mutateLines(bytes: Uint8Array, dice: Dice): Mutant {
  const lines = new TextDecoder().decode(bytes).split('\n').slice(0, -1);
  const line = dice.below(lines.length);
  const other = dice.below(lines.length);
  const done = (what: string): Mutant => ({ what, bytes: new TextEncoder().encode(`${lines.join('\n')}\n`) });
  switch (dice.below(8)) {
    case 0:
      return mutateBytes(bytes, dice);
    case 1:
      lines.splice(line, 1);
      return done(`without line ${line + 1}`);
    case 2:
      lines.splice(line, 0, lines[other]);
      return done(`line ${other + 1} again, before line ${line + 1}`);
    default: {
      const mutant = mutateJson(new TextEncoder().encode(lines[line]), dice);
      lines[line] = new TextDecoder().decode(mutant.bytes);
      return done(`line ${line + 1}: ${mutant.what}`);
    }
  }
}
