import { setFlagsFromString } from 'node:v8';
import { expose } from 'comlink';
import { endWithParent } from '../src/node/end-with-parent.ts';
import { ipcEndpoint } from '../src/node/ipc-endpoint.ts';
import { EngineHost } from '../src/rpc/engine-host.ts';
import { installErrorTransfer } from '../src/rpc/error-transfer.ts';

// How much a function of WebAssembly runs before V8 compiles it anew, optimised: by default so little that it does so with
// most of ONNX Runtime's 27 MB, for half a minute, on the cores that its threads want. Measured on two cores: the story
// models' first token after 1.2 s instead of 2.0 s, the first 150 tokens at 400 a second instead of 60.
setFlagsFromString('--wasm-tiering-budget=300000000');

if (!process.send) throw new Error('the engine is a process of the package: call connect() of antiphon/node');
// Ctrl-C reaches all processes of a terminal; what it means to the engine is for the program to say.
process.on('SIGINT', () => {});
// As in a browser's worker: a promise that a custom combination leaves behind is no reason to end the engine.
process.on('unhandledRejection', (reason) => console.error('antiphon: unhandled rejection:', reason));
endWithParent();

installErrorTransfer();
const channel = {
  // What cannot be sent any more has no reader: the end of the channel ends this process.
  send: (message: unknown) => void process.send?.(message, undefined, undefined, () => {}),
  onMessage: (listener: (message: unknown) => void) => process.on('message', listener),
  onDisconnect: (listener: () => void) => process.on('disconnect', listener),
};
expose(new EngineHost(), ipcEndpoint(channel, true));
