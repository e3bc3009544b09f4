import { SingleBar } from 'cli-progress';

/** What is counted by a bar. */
export type Unit = 'entities' | 'bytes';

export interface Progress {
  update(done: number): void;
  stop(): void;
}

export interface Output {
  /** People read these; silent with --json. */
  lines(lines: readonly string[]): void;
  /** The end: an object with --json, else a line. */
  result(value: unknown, line: string): void;
  /** A bar towards `total`, or a count when that is null. On what is no terminal: nothing, or a line now and then with `plain`. */
  progress(label: string, unit: Unit, total: number | null, o?: { readonly plain: boolean }): Progress;
}

/** Where text goes; `isTTY` when a person looks on. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

const NO_PROGRESS: Progress = { update: () => {}, stop: () => {} };

/** Text to stdout and a bar on stderr when it is a terminal; with `json` one JSON document on stdout and nothing else. */
export function makeOutput(o: { json: boolean; stdout: OutputStream; stderr: OutputStream }): Output {
  let bar: SingleBar | null = null;
  return {
    lines: (lines) => {
      if (o.json || lines.length === 0) return;
      // A line that is written over the bar would be cut by it.
      if (bar !== null && o.stdout.isTTY === true) o.stderr.write('\r\u001b[K');
      for (const line of lines) o.stdout.write(`${line}\n`);
    },
    result: (value, line) => {
      o.stdout.write(o.json ? `${JSON.stringify(value)}\n` : `${line}\n`);
    },
    progress: (label, unit, total, how) => {
      if (o.json) return NO_PROGRESS;
      if (o.stderr.isTTY !== true)
        return how?.plain === true ? plainProgress({ label, unit, total, stream: o.stderr }) : NO_PROGRESS;
      bar = new SingleBar({
        format: formatOf(label, unit, total),
        stream: o.stderr,
        clearOnComplete: true,
        hideCursor: true,
        formatValue: (value, _options, type) =>
          unit === 'bytes' && (type === 'value' || type === 'total') ? mebibytes(value) : String(value),
      });
      bar.start(total ?? 0, 0);
      return {
        update: (done) => {
          if (total === null) bar?.setTotal(done);
          bar?.update(done);
        },
        stop: () => {
          bar?.stop();
          bar = null;
        },
      };
    },
  };
}

function formatOf(label: string, unit: Unit, total: number | null): string {
  const suffix = unit === 'entities' ? ' entities' : '';
  if (total === null) return `${label} {value}${suffix}, {duration_formatted}`;
  return `${label} {bar} {percentage}% {value} of {total}${suffix}, {duration_formatted}`;
}

const LINE_EVERY_MS = 5_000;

/** For logs: at most a line every five seconds, and none for what is over sooner. */
function plainProgress(o: { label: string; unit: Unit; total: number | null; stream: OutputStream }): Progress {
  let last = performance.now();
  return {
    update: (done) => {
      if (performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      const amount = (n: number): string => (o.unit === 'bytes' ? mebibytes(n) : `${n} entities`);
      const share =
        o.total === null || o.total === 0 ? '' : ` of ${amount(o.total)}, ${Math.floor((done * 100) / o.total)} %`;
      o.stream.write(`${o.label}: ${amount(done)}${share}\n`);
    },
    stop: () => {},
  };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
