import { EngineError } from '../../errors/engine-error.ts';
import { readTrace } from '../../trace/read-trace.ts';
import type { Trace } from '../../trace/trace.ts';

/** Of the element that holds the recording in a page. */
export const recordingId = 'antiphon-trace';

/**
 * The recording that stands in a page.
 * @throws EngineError `invalid-trace`
 */
export function openEmbedded(page: Document): Trace {
  const trace = parsed(page.getElementById(recordingId)?.textContent ?? 'null');
  if (typeof trace !== 'string') {
    throw new EngineError('invalid-trace', 'this page does not contain an Antiphon recording');
  }
  return readTrace(trace);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
