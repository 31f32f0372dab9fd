import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Row } from './measures.ts';
import type { NodeProgramMessage, NodeProgramOptions } from './node-program.ts';

/** Soaks engines of Node.js in a program of its own. */
export async function soakNode(options: NodeProgramOptions, log: (line: string) => void): Promise<Row[]> {
  const program = fork(
    fileURLToPath(new URL('./node-program.ts', import.meta.url)),
    [JSON.stringify(options)],
    {
      execArgv: ['--import', 'tsx'],
    },
  );
  const rows: Row[] = [];
  program.on('message', (message: NodeProgramMessage) => {
    if (message.kind === 'rows') rows.push(...message.rows);
    else log(message.text);
  });
  const [status] = await once(program, 'exit');
  if (status !== 0) throw new Error(`the program of Node.js ended with status ${status}`);
  return rows;
}
