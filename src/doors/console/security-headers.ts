import helmet from 'helmet'

/**
 * The headers that every page carries: nothing is loaded but from here, nothing runs that stands in a page, and no other
 * site can frame it.
 * @param secure - whether browsers reach this site over TLS
 */
export function securityHeaders(secure: boolean): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        scriptSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // `no-referrer` would have browsers send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // Other hosts of the domain are not ours to decide about.
    strictTransportSecurity: secure && { maxAge: 31_536_000, includeSubDomains: false },
  })
}
