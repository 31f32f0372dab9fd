import type { DecodeResult } from '../../engine/engine-api.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { SpeedPair } from '../../speed/speed-up.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { type SeenRuns, seenRuns } from './see-run.ts';

/** `public/see.json`: both traces as text, and the comparisons that ran beside them. Written by scripts/record-see.ts. */
export interface SeeRecordingFile {
  readonly reference: string;
  readonly turns: string;
  readonly pairs: readonly SpeedPair[];
}

/** @throws EngineError `download` where it does not arrive, `invalid-trace` where it is not a recording */
export async function fetchSeeRecording(): Promise<SeenRuns> {
  return fetchedCode('The recorded story', async () => {
    const [response, { readTrace }] = await Promise.all([
      fetch(new URL('see.json', document.baseURI)),
      import('../../trace/read-trace.ts'),
    ]);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const file: SeeRecordingFile = await response.json();
    const wholeResult = (text: string): { prompt: string; result: DecodeResult } => {
      const { header, result } = readTrace(text);
      if (!result) throw new EngineError('invalid-trace', 'the recorded story has no result');
      return { prompt: header.request.prompt ?? '', result };
    };
    const { prompt, result: turns } = wholeResult(file.turns);
    return seenRuns(prompt, { reference: wholeResult(file.reference).result, turns, pairs: file.pairs });
  });
}
