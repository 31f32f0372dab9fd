import { expose } from 'comlink';
import '../../workers/engine.worker.ts';
import { installEngineProbe } from './engine-probe.ts';

/* The worker of an engine, with a probe on a channel that has the worker's name. */
expose(
  installEngineProbe(() => self.close()),
  new BroadcastChannel(self.name),
);
