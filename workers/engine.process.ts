import { expose } from 'comlink';
import { endWithParent } from '../src/node/end-with-parent.ts';
import { ipcEndpoint } from '../src/node/ipc-endpoint.ts';
import { EngineHost } from '../src/rpc/engine-host.ts';
import { installErrorTransfer } from '../src/rpc/error-transfer.ts';

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
