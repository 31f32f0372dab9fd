import { connect } from 'node:net';
import { expose } from 'comlink';
import { installEngineProbe } from './engine-probe.ts';
import { readProcess } from './read-process.ts';
import { socketEndpoint } from './socket-endpoint.ts';

/*
 * Loaded into the process of an engine before the engine, by NODE_OPTIONS: connects to the program that soaks the engine.
 */
const probe = installEngineProbe(() => process.kill(process.pid, 'SIGKILL'));
const socket = connect(process.env.ANTIPHON_SOAK_SOCKET!);
socket.unref();
// The program ends first, or has let go.
socket.on('error', () => {});
expose({ ...probe, read: () => ({ ...probe.read(), ...readProcess() }) }, socketEndpoint(socket, true));
