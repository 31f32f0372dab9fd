import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const entry = fileURLToPath(new URL('../src/ui/replay/recording-main.ts', import.meta.url));
const fileName = 'recording.js';

/**
 * What tells a recording, as one classic script without imports, to be written into saved pages: `recording.js`
 * beside the page.
 */
export function recordingScript(): Plugin {
  return {
    name: 'recording-script',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName, source: await bundle() });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url?.split('?')[0] !== `/${fileName}`) {
          next();
          return;
        }
        bundle().then((code) => {
          response.setHeader('Content-Type', 'text/javascript');
          response.end(code);
        }, next);
      });
    },
  };
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: { write: false, target: 'es2023', lib: { entry, formats: ['iife'], name: 'antiphonRecording' } },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  const chunks = outputs.filter((file) => file.type === 'chunk');
  if (chunks.length !== 1) throw new Error(`${fileName} became ${chunks.length} scripts: it must be one`);
  return chunks[0].code;
}
