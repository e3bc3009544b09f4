/** Longer than any method; an unknown one is echoed to the client in a header. */
const LONGEST = 256;

/**
 * The `/package.Service/Method` a client means, whatever path stands before it: SDK targets carry a prefix
 * (`grpc://host/diode`) and may double slashes (facts: diode-wire §2.3).
 */
export function methodPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  return `/${parts.slice(-2).join('/')}`.slice(0, LONGEST);
}
