import { forceOrtBuild } from '../../src/models/ort/ort.ts';

/* GPU tests open models on WASM beside those on a device, in either order. */
forceOrtBuild('asyncify');
