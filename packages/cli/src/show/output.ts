import { SingleBar } from 'cli-progress';

export interface Output {
  /** People read these; silent with --json. */
  lines(lines: readonly string[]): void;
  /** The end: an object with --json, else a line. */
  result(value: unknown, line: string): void;
  progress(label: string): { update(done: number): void; stop(): void };
}

/** Text to stdout and a bar on stderr when it is a terminal; with `json` one JSON document on stdout and nothing else. */
export function makeOutput(o: { json: boolean; stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream }): Output {
  return {
    lines: (lines) => {
      if (!o.json) for (const line of lines) o.stdout.write(`${line}\n`);
    },
    result: (value, line) => {
      o.stdout.write(o.json ? `${JSON.stringify(value)}\n` : `${line}\n`);
    },
    progress: (label) => {
      if (o.json || !o.stderr.isTTY) return { update: () => {}, stop: () => {} };
      const bar = new SingleBar({
        format: `${label} {value} entities, {duration_formatted}`,
        stream: o.stderr,
        clearOnComplete: true,
        hideCursor: true,
      });
      bar.start(0, 0);
      return {
        update: (done) => {
          bar.setTotal(done);
          bar.update(done);
        },
        stop: () => bar.stop(),
      };
    },
  };
}
