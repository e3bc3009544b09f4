import { readFile } from 'node:fs/promises';
import { DiodeError } from '@diode/protocol';

/** The operating-system account a server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** True when that is not who we are: what the server touches must be readable and owned accordingly. */
  readonly switched: boolean;
}

/**
 * Servers run as ourselves, or as `nobody` when we are root: Postgres refuses root, and nothing is gained by Redis having
 * it. The account must be in the password file (Postgres looks its own name up), so a bare number would not do.
 *
 * @throws DiodeError `config_invalid` when we are root and there is no `nobody`
 */
export async function serverAccount(): Promise<Account> {
  const uid = process.getuid?.() ?? -1;
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? -1, switched: false };
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd);
  if (!entry) {
    throw new DiodeError('config_invalid', {
      detail:
        'Postgres does not run as root, and this system has no user "nobody" to run it as. Start Diode as another user, or set DIODE_DATABASE_URL and DIODE_REDIS_URL.',
    });
  }
  return { uid: Number(entry[1]), gid: Number(entry[2]), switched: true };
}
