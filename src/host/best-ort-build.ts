import type { OrtBuild } from './host.ts';

/** The fastest build that this JavaScript engine can run: a page downloads one of them. */
export function bestOrtBuild(needsGpu: boolean): OrtBuild {
  // Both names belong to the standard; engines that tried its drafts out have neither, or one.
  if ('Suspending' in WebAssembly && 'promising' in WebAssembly) return 'jspi';
  return needsGpu ? 'asyncify' : 'plain';
}
