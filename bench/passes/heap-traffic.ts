import { InferenceSession, type Tensor } from 'onnxruntime-web/webgpu';

/*
 * What a pass moves across the border of ONNX Runtime's WebAssembly heap, and how large that heap is. Counted outside of
 * the engine, at the two places everything goes through: `InferenceSession.run` and `WebAssembly.Memory`.
 */

export interface CopiedBytes {
  /** Bytes of tensors on the host that were fed. */
  readonly fed: number;
  /** Bytes of tensors on the host that came back. */
  readonly fetched: number;
}

let fed = 0;
let fetched = 0;
const heaps: WebAssembly.Memory[] = [];

/** Starts counting. To be called before the first session is created. */
export function countHeapTraffic(): void {
  // The type tells of the factory alone; the value is the class of all sessions.
  const { prototype } = InferenceSession as unknown as { prototype: InferenceSession };
  const { run } = prototype;
  prototype.run = async function (this: InferenceSession, ...given: Parameters<typeof run>) {
    fed += hostBytes(given[0]);
    const outputs = await run.apply(this, given);
    fetched += hostBytes(outputs);
    return outputs;
  } as typeof run;
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct: (target, given: [WebAssembly.MemoryDescriptor]) => {
      const memory = new target(...given);
      heaps.push(memory);
      return memory;
    },
  });
}

/** What was copied since the last call. */
export function takeCopiedBytes(): CopiedBytes {
  const taken = { fed, fetched };
  fed = 0;
  fetched = 0;
  return taken;
}

/** It never shrinks: this is the most it has needed so far. */
export function heapBytes(): number {
  return heaps.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

function hostBytes(tensors: Readonly<Record<string, unknown>>): number {
  return Object.values(tensors as Readonly<Record<string, Tensor>>)
    .filter(({ location }) => location === 'cpu')
    .reduce((sum, { data }) => sum + (ArrayBuffer.isView(data) ? data.byteLength : 0), 0);
}
