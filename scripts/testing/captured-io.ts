import type { TerminalIo } from '../terminal/terminal-io.ts';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process, as one whose output goes to files, and answers what it has written. */
export async function captured(command: (io: TerminalIo) => Promise<number>): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const status = await command({
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    isOutTerminal: false,
    isErrTerminal: false,
    environment: {},
    onInterrupt: () => () => {},
    exit: (code) => {
      throw new Error(`the command ended at once, with status ${code}`);
    },
  });
  return { status, stdout, stderr };
}
