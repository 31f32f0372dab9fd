import { EngineError } from '../../errors/engine-error.ts';
import type { SpeedPair } from '../../speed/speed-up.ts';
import type { Trace } from '../../trace/trace.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { type SeenRuns, seenRuns } from './see-run.ts';

/** `public/see.json`: both traces as text, and the comparisons that ran beside them. Written by scripts/record-see.ts. */
export interface SeeRecordingFile {
  readonly reference: string;
  readonly turns: string;
  readonly pairs: readonly SpeedPair[];
}

/**
 * @throws EngineError `download` where the recording does not arrive, `integrity` where it cannot be read: it comes with
 * the page, so there is no other file to choose
 */
export async function fetchSeeRecording(): Promise<SeenRuns> {
  const [text, { readTrace }] = await fetchedCode('The recorded story', async () => {
    const [response, reader] = await Promise.all([
      fetch(new URL('see.json', document.baseURI)),
      import('../../trace/read-trace.ts'),
    ]);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return [await response.text(), reader] as const;
  });
  try {
    return readSeeRecording(JSON.parse(text), readTrace);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('integrity', `see.json is not a recording of both ways: ${reason}`, { cause });
  }
}

/** @throws EngineError `invalid-trace` for a trace that cannot be read or has no result */
export function readSeeRecording(file: SeeRecordingFile, read: (text: string) => Trace): SeenRuns {
  const [reference, turns] = [read(file.reference), read(file.turns)];
  if (!reference.result || !turns.result)
    throw new EngineError('invalid-trace', 'one of both runs has no result');
  const prompt = turns.header.request.prompt ?? '';
  return seenRuns(prompt, { reference: reference.result, turns: turns.result, pairs: file.pairs });
}
