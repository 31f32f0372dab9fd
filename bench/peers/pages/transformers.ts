import type { OpenedContender, TimedDecode } from './contender.ts';
import type { TransformersAnswer, TransformersCall } from './transformers-worker.ts';

const worker = new Worker(new URL('./transformers-worker.ts', import.meta.url), { type: 'module' });

/** One call at a time: the bench never asks for more. */
function ask<Value extends OpenedContender | TimedDecode>(call: TransformersCall): Promise<Value> {
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(`transformers.js: ${message}`));
    worker.onmessage = ({ data }: MessageEvent<TransformersAnswer>) => {
      if ('error' in data) reject(new Error(`transformers.js: ${data.error}`));
      else resolve(data.value as Value);
    };
    worker.postMessage(call);
  });
}

window.contender = {
  open: (options) => ask<OpenedContender>({ kind: 'open', options }),
  decode: (prompt, maxTokens) => ask<TimedDecode>({ kind: 'decode', prompt, maxTokens }),
};
