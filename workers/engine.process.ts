import { expose } from 'comlink';
import { ipcEndpoint } from '../src/node/ipc-endpoint.ts';
import { EngineHost } from '../src/rpc/engine-host.ts';
import { installErrorTransfer } from '../src/rpc/error-transfer.ts';

// Ctrl-C reaches all processes of a terminal; what it means to the engine is for the program to say.
process.on('SIGINT', () => {});
// The program is gone, however it went.
process.on('disconnect', () => process.exit());

installErrorTransfer();
if (!process.send) throw new Error('the engine is a process of the package: call connect() of antiphon/node');
const channel = {
  send: (message: unknown) => process.send?.(message),
  onMessage: (listener: (message: unknown) => void) => process.on('message', listener),
  onDisconnect: (listener: () => void) => process.on('disconnect', listener),
};
expose(new EngineHost(), ipcEndpoint(channel, true));
