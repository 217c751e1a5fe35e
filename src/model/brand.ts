declare const brand: unique symbol

/** A value that was checked once: only the file that declares the brand may make one. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name }
