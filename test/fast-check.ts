/**
 * fast-check with one seed, so that a test that passed passes again: `PROPERTY_SEED` tries another.
 * The search for new inputs is the fuzzer's (`npm run fuzz`), which takes a new seed each time and prints it.
 */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 20110615) })

export { fc }
