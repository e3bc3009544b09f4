import { EventEmitter } from 'node:events';
import { DiodeError } from '@diode/protocol';
import { describe, expect, it } from 'vitest';
import { SHARED } from './config/shared-settings.js';
import type { StopStep } from './lifecycle.js';
import { type MainContext, runMain } from './run-main.js';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  errors = '';
  readonly stderr = {
    write: (text: string): void => {
      this.errors += text;
    },
  };
  exit(code: number): void {
    this.exits.push(code);
  }
}

const settings = { port: SHARED.port, mode: SHARED.mode } as const;

async function start(o: { env?: Record<string, string>; steps?: StopStep[]; fail?: Error } = {}) {
  const proc = new FakeProcess();
  const lines: string[] = [];
  let context: MainContext<typeof settings> | null = null;
  await runMain({
    service: 's',
    settings,
    env: o.env ?? {},
    process: proc,
    logDestination: { write: (l) => void lines.push(l) },
    start: async (c) => {
      context = c;
      for (const step of o.steps ?? []) c.life.onStop(step);
      if (o.fail) throw o.fail;
    },
  });
  return { proc, lines, context: () => context };
}

describe('runMain', () => {
  it('hands the configuration to start', async () => {
    const { context } = await start({ env: { DIODE_PORT: '1234', DIODE_INSTANCE_ID: 'me' } });
    expect(context()).toMatchObject({ config: { port: 1234, mode: 'write' }, instanceId: 'me' });
  });

  it('prints all mistakes of the configuration and ends with 78', async () => {
    const { proc, context } = await start({ env: { DIODE_PORT: 'x', DIODE_LOG_LEVEL: 'y' } });
    expect(proc.exits).toEqual([78]);
    expect(proc.errors).toContain('2 mistakes');
    expect(proc.errors).toMatch(/DIODE_LOG_LEVEL.*DIODE_PORT/s);
    expect(context()).toBeNull();
  });

  it('stops in the order of the phases on SIGTERM and ends with 0', async () => {
    const order: string[] = [];
    const step = (phase: StopStep['phase']): StopStep => ({ phase, name: phase, stop: () => void order.push(phase) });
    const { proc } = await start({
      steps: [step('parts'), step('close'), step('refuse'), step('settle'), step('leave'), step('drain')],
    });
    proc.emit('SIGTERM');
    await expect.poll(() => proc.exits).toEqual([0]);
    expect(order).toEqual(['leave', 'refuse', 'drain', 'settle', 'close', 'parts']);
  });

  it('goes on without a step that is late or fails, tells it, and ends with 1', async () => {
    let aborted = false;
    const late: StopStep = {
      phase: 'drain',
      name: 'late',
      deadlineMs: 20,
      stop: (signal) =>
        new Promise(() =>
          signal.addEventListener('abort', () => {
            aborted = true;
          }),
        ),
    };
    const bad: StopStep = {
      phase: 'drain',
      name: 'bad',
      stop: () => {
        throw new Error('no');
      },
    };
    let closed = false;
    const { proc } = await start({
      steps: [
        late,
        bad,
        {
          phase: 'close',
          name: 'c',
          stop: () => {
            closed = true;
          },
        },
      ],
    });
    proc.emit('SIGINT');
    await expect.poll(() => proc.exits).toEqual([1]);
    expect({ aborted, closed }).toEqual({ aborted: true, closed: true });
  });

  it('ends at once on a second signal', async () => {
    const { proc } = await start({
      steps: [{ phase: 'drain', name: 'never', stop: () => new Promise(() => undefined) }],
    });
    proc.emit('SIGTERM');
    proc.emit('SIGTERM');
    expect(proc.exits).toEqual([143]);
  });

  it('logs a fault at start, stops what was started, and ends with 1', async () => {
    let closed = false;
    const { proc, lines } = await start({
      fail: new Error('port taken'),
      steps: [
        {
          phase: 'close',
          name: 'c',
          stop: () => {
            closed = true;
          },
        },
      ],
    });
    expect({ exits: proc.exits, closed }).toEqual({ exits: [1], closed: true });
    expect(lines.join('')).toContain('port taken');
  });

  it('prints a policy with mistakes as it prints a configuration', async () => {
    const fail = new DiodeError('policy_invalid', {
      detail: 'x',
      errors: [{ pointer: '', code: 'c', detail: 'a.yml:3 wrong', remedy: 'fix' }],
    });
    const { proc } = await start({ fail });
    expect(proc.exits).toEqual([78]);
    expect(proc.errors).toContain('a.yml:3 wrong');
  });

  it('prints a mistake that is only one sentence', async () => {
    const { proc } = await start({ fail: new DiodeError('config_invalid', { detail: 'another one runs there' }) });
    expect(proc.exits).toEqual([78]);
    expect(proc.errors).toBe('The configuration has a mistake:\n  - another one runs there\n');
  });

  it('stops in order after an uncaught fault and ends with 1', async () => {
    const { proc, lines } = await start();
    proc.emit('uncaughtException', new Error('boom'));
    await expect.poll(() => proc.exits).toEqual([1]);
    expect(lines.join('')).toContain('boom');
  });
});
