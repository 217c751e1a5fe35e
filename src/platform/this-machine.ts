const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/

/** Whether what is sent to an address in plain http stays on this machine. */
export function isOnThisMachine(url: URL | null): boolean {
  return url !== null && url.protocol === 'http:' && LOOPBACK.test(url.hostname)
}
