import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Endpoint } from 'comlink';
import { ipcEndpoint } from '../../src/node/ipc-endpoint.ts';

/** Comlink's endpoint over a socket, a line of JSON a message. */
export function socketEndpoint(socket: Socket, isChild: boolean): Endpoint {
  return ipcEndpoint(
    {
      send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
      onMessage: (listener) => createInterface(socket).on('line', (line) => listener(JSON.parse(line))),
      onDisconnect: (listener) => socket.on('close', listener),
    },
    isChild,
  );
}
