/**
 * Takes the variables of a `.env` file into this process's environment; what is set already stays. Gives a sentence when the file is there
 * and cannot be read, else null.
 */
export function loadEnvFile(path: string): string | null {
  try {
    process.loadEnvFile(path);
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    return `${path} is not read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
