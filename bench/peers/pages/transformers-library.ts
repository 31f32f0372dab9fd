/*
 * What is used of @huggingface/transformers. Its own types are there only where the peers are installed, which the
 * project's checks do not ask for.
 */

export interface TransformersLibrary {
  readonly env: {
    readonly version: string;
    allowLocalModels: boolean;
    allowRemoteModels: boolean;
    useBrowserCache: boolean;
    useWasmCache: boolean;
    localModelPath: string;
    readonly backends: {
      readonly onnx: {
        readonly versions: { readonly web?: string; readonly common: string };
        readonly wasm: { wasmPaths: string; numThreads: number; proxy: boolean };
        logLevel: string;
      };
    };
  };
  readonly AutoModelForCausalLM: {
    from_pretrained(
      model: string,
      options: { readonly dtype: string; readonly device: 'wasm' | 'webgpu' },
    ): Promise<TransformersModel>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, shape: readonly number[]) => TransformersTensor;
}

export interface TransformersTensor {
  readonly data: BigInt64Array;
}

export interface TransformersModel {
  generate(options: {
    readonly inputs: TransformersTensor;
    readonly attention_mask: TransformersTensor;
    readonly max_new_tokens: number;
    readonly do_sample: boolean;
    readonly streamer: TransformersStreamer;
  }): Promise<TransformersTensor>;
}

/** Is given the prompt first, then the tokens of each step, one list a sequence. */
export interface TransformersStreamer {
  put(tokenIds: readonly (readonly bigint[])[]): void;
  end(): void;
}
