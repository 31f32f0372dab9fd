/** What a command reads and writes besides its files: the process's own, or a test's. */
export interface TerminalIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Calls the listener at each Ctrl-C. @returns ends that */
  onInterrupt(listener: () => void): () => void;
  /** Ends at once, whatever is open. */
  exit(status: number): void;
}

/** What shells report for a program ended by Ctrl-C. */
export const interruptedStatus = 130;

const processIo: TerminalIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isOutTerminal: process.stdout.isTTY,
  isErrTerminal: process.stderr.isTTY,
  environment: process.env,
  onInterrupt: (listener) => {
    process.on('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
  exit: (status) => process.exit(status),
};

/** Runs a command as the whole of this process. @param command answers its exit status */
export async function runAsProcess(command: (io: TerminalIo) => Promise<number>): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', () => process.exit());
  process.exitCode = await command(processIo);
}
