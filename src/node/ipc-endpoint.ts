import type { Endpoint } from 'comlink';

/** The channel between a process and its child, from either side. */
export interface IpcChannel {
  /** Throws where the message cannot be cloned; nothing happens where the other process is gone. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The other process is gone, or has let go. */
  onDisconnect(listener: () => void): void;
}

type PortId = number;

/** What crosses the channel: a message on the main line, or of a port that was handed over. */
interface Envelope {
  readonly port: PortId;
  readonly message: unknown;
  /** The port is closed; there is no message. */
  readonly closed?: true;
}

/** An argument of a call, as Comlink wraps it; `portId` stands for a port that is its value. */
interface Wrapped {
  readonly value?: unknown;
  readonly portId?: PortId;
}

interface CallMessage {
  readonly argumentList?: readonly Wrapped[];
}

const mainLine: PortId = 0;

/**
 * Comlink's endpoint over the channel of two processes, which takes data alone. Comlink hands functions over as
 * MessagePorts in the arguments of a call; each becomes a number, and its messages travel on the channel too.
 * https://nodejs.org/api/child_process.html#advanced-serialization
 * @param isChild the two sides count their ports apart
 */
export function ipcEndpoint(channel: IpcChannel, isChild: boolean): Endpoint {
  const ports = new Map<PortId, MessagePort>();
  const target = new EventTarget();
  let lastPort = isChild ? 0 : -1;

  const relay = (id: PortId, port: MessagePort): void => {
    ports.set(id, port);
    port.addEventListener('message', ({ data }) => post({ port: id, message: data }));
    // Of Node.js: browsers do not tell.
    port.addEventListener('close', () => {
      if (ports.delete(id)) post({ port: id, message: null, closed: true });
    });
    port.start();
  };

  const post = (envelope: Envelope): void => {
    try {
      channel.send(envelope);
    } catch (error) {
      throw isUncloneable(error) ? new DOMException(error.message, 'DataCloneError') : error;
    }
  };

  channel.onDisconnect(() => {
    // Open ports would keep this process alive.
    for (const port of ports.values()) port.close();
    ports.clear();
  });

  channel.onMessage((received) => {
    const { port: id, message, closed } = received as Envelope;
    if (id === mainLine) {
      const data = withArguments(message, ({ portId, ...argument }) => {
        if (portId === undefined) return argument;
        const { port1, port2 } = new MessageChannel();
        relay(portId, port2);
        return { ...argument, value: port1 };
      });
      target.dispatchEvent(new MessageEvent('message', { data }));
    } else if (closed) {
      const port = ports.get(id);
      ports.delete(id);
      port?.close();
    } else ports.get(id)?.postMessage(message);
  });

  return {
    postMessage: (message) => {
      const handedOver: [PortId, MessagePort][] = [];
      const sent = withArguments(message, ({ value, ...argument }) => {
        if (!(value instanceof MessagePort)) return { ...argument, value };
        lastPort += 2;
        handedOver.push([lastPort, value]);
        return { ...argument, portId: lastPort };
      });
      post({ port: mainLine, message: sent });
      for (const [id, port] of handedOver) relay(id, port);
    },
    addEventListener: (type, listener) => target.addEventListener(type, listener),
    removeEventListener: (type, listener) => target.removeEventListener(type, listener),
  };
}

/** The message with other arguments in its call. */
function withArguments(message: unknown, replace: (argument: Wrapped) => Wrapped): unknown {
  const { argumentList } = message as CallMessage;
  return argumentList === undefined
    ? message
    : { ...(message as CallMessage), argumentList: argumentList.map(replace) };
}

/** What the serialiser of V8 throws, which has no name. */
const isUncloneable = (error: unknown): error is Error =>
  error instanceof Error && error.message.endsWith('could not be cloned.');
