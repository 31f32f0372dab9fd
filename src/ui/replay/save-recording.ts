import type { DecodeResult, LoadedModel } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import type { SpeedPair } from '../../speed/speed-up.ts';
import type { TraceCandidates } from '../../trace/trace.ts';
import { traceHeader, writeTrace } from '../../trace/write-trace.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { saveFile } from '../kit/save-file.ts';
import type { RecordingKind } from '../story/story-actions.ts';
import { recordingPage } from './recording-page.ts';

export interface RecordingParts {
  /** A run that ended well. */
  readonly run: {
    readonly request: DecodeRequest;
    readonly startedAt: Date;
    readonly result: DecodeResult;
  };
  /** What was asked about its tokens. */
  readonly candidates: readonly TraceCandidates[];
  /** How it compared with its reference. */
  readonly speedPairs: readonly SpeedPair[];
  /** Those that took part among them. */
  readonly models: readonly LoadedModel[];
}

/**
 * Offers the recording of a run as a file: its trace, or a page that tells it.
 * @throws EngineError `download` where the page's script does not arrive
 */
export async function saveRecording(
  kind: RecordingKind,
  { run, candidates, speedPairs, models }: RecordingParts,
): Promise<void> {
  const { request, startedAt, result } = run;
  const header = traceHeader({ request, models, createdAt: startedAt });
  const trace = writeTrace({ header, rounds: result.rounds, candidates, result, speedPairs });
  if (kind === 'trace') saveFile('story.jsonl', 'application/jsonl', trace);
  else saveFile('story.html', 'text/html', recordingPage(trace, await fetchScript()));
}

/** Built beside the page as one script; scripts/recording-script.ts. */
async function fetchScript(): Promise<string> {
  return fetchedCode('the code for the saved page', async () => {
    const response = await fetch(new URL('recording.js', document.baseURI));
    if (!response.ok) throw new Error(`recording.js: status ${response.status}`);
    return response.text();
  });
}
