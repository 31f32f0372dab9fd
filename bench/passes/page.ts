import { type Remote, wrap } from 'comlink';
import type { PassSetting, PassTimer } from './pass-worker.ts';

/** What page.html offers to the script that drives the browser, as `window.passes`. */
export interface PassesPage {
  /** Starts a worker for the setting; the following calls name it by its number, from 0. */
  open(setting: PassSetting): ReturnType<PassTimer['open']>;
  fill(worker: number, ...pasts: Parameters<PassTimer['fill']>): Promise<void>;
  timeTwo(worker: number, ...pass: Parameters<PassTimer['timeTwo']>): Promise<number>;
  time(worker: number, ...pass: Parameters<PassTimer['time']>): Promise<number>;
  copied(worker: number, ...pass: Parameters<PassTimer['copied']>): ReturnType<PassTimer['copied']>;
}

declare global {
  interface Window {
    passes: PassesPage;
  }
}

const timers: Remote<PassTimer>[] = [];

window.passes = {
  open: (setting) => {
    const timer = wrap<PassTimer>(
      new Worker(new URL('./pass-worker.ts', import.meta.url), { type: 'module' }),
    );
    timers.push(timer);
    return timer.open(setting);
  },
  fill: (worker, ...pasts) => timers[worker].fill(...pasts),
  timeTwo: (worker, ...pass) => timers[worker].timeTwo(...pass),
  time: (worker, ...pass) => timers[worker].time(...pass),
  copied: (worker, ...pass) => timers[worker].copied(...pass),
};
