/** `//a///b?x=//` → `/a/b?x=//`: SDK target URLs with a trailing slash double it up (facts: diode-wire §2.3). */
export function collapseSlashes(url: string): string {
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  if (!path.includes('//')) return url;
  return path.replace(/\/{2,}/g, '/') + (at === -1 ? '' : url.slice(at));
}
