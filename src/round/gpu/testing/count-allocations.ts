/** Everything on a device that takes memory or is compiled; encoders and passes are made anew by every submit. */
const allocating = [
  'createBuffer',
  'createTexture',
  'createSampler',
  'createQuerySet',
  'createBindGroup',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createShaderModule',
  'createComputePipeline',
  'createComputePipelineAsync',
] as const;

/** Notes what is made on the device from now on. @returns the calls by name, in order, and how to end it */
export function countAllocations(device: GPUDevice): { readonly made: readonly string[]; stop(): void } {
  const made: string[] = [];
  for (const name of allocating) {
    const create = device[name] as (options: unknown) => unknown;
    Object.defineProperty(device, name, {
      configurable: true,
      value: (options: unknown) => {
        made.push(name);
        return create.call(device, options);
      },
    });
  }
  return {
    made,
    stop: () => {
      // What was hidden lies on the prototype.
      for (const name of allocating) Reflect.deleteProperty(device, name);
    },
  };
}
