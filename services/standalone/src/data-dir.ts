import { mkdir } from 'node:fs/promises';
import { DiodeError } from '@diode/protocol';

/**
 * Makes the data directory. Others may pass through: run as root, Postgres works as `nobody` below it. What is secret has a mode of its own.
 * @throws DiodeError config_invalid when it cannot be made
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file stands in its place' : code;
    const detail = `the data directory ${dataDir} cannot be made: ${why}`;
    throw new DiodeError('config_invalid', {
      detail,
      cause,
      errors: [
        {
          pointer: '/env/DIODE_DATA_DIR',
          code: 'config_invalid',
          detail,
          remedy: 'Set DIODE_DATA_DIR to a folder that this user may write.',
        },
      ],
    });
  }
}
