import type { OrtBuild } from './host.ts';

/** The faster build that this JavaScript engine can run: a page downloads one of the two. */
export function bestOrtBuild(): OrtBuild {
  // Both names belong to the standard; engines that tried its drafts out have neither, or one.
  return 'Suspending' in WebAssembly && 'promising' in WebAssembly ? 'jspi' : 'asyncify';
}
