import { expose } from 'comlink';
import { EngineHost } from '../src/rpc/engine-host.ts';
import { installErrorTransfer } from '../src/rpc/error-transfer.ts';

installErrorTransfer();
expose(new EngineHost());
