import { readTrace } from '../../trace/read-trace.ts';
import type { Trace } from '../../trace/trace.ts';
import { openEmbedded } from './open-embedded.ts';

/**
 * Reads what was saved: a trace, or a page that holds one. Of a page nothing is run, loaded or shown.
 * @throws EngineError `invalid-trace`
 */
export function openRecording(text: string): Trace {
  if (!text.trimStart().startsWith('<')) return readTrace(text);
  return openEmbedded(new DOMParser().parseFromString(text, 'text/html'));
}
