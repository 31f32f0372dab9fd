/**
 * A page served with these is cross-origin isolated: only then does the browser give it shared memory, hence
 * WebAssembly threads. Without them everything works on one thread.
 */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const satisfies Record<string, string>;
