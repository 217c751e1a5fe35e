import { ValidationError } from '../../model/index.ts'
import { formDecode } from './form-decode.ts'
import { addParam, type ParamNode } from './param-node.ts'
import { Params } from './params.ts'

/** In UTF-16 units: a piece of a text that is so long is copied out of it. */
const LONG = 4096

/**
 * Reads `application/x-www-form-urlencoded` texts into one set of parameters. Of a name given twice the first value
 * counts, the texts taken in their order; `Foo` is `Foo=`.
 * @throws {@link MalformedQueryString} a percent sign begins no escape
 * @throws {@link ValidationError} more than `maxParameters` of them, in all texts together
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
export function readForm(texts: readonly string[], maxParameters: number): Params {
  const root: ParamNode = { value: undefined, children: undefined }
  let count = 0
  for (const text of texts) {
    let start = 0
    while (start < text.length) {
      let end = text.indexOf('&', start)
      if (end < 0) end = text.length
      if (end > start) {
        count++
        if (count > maxParameters) {
          throw new ValidationError(`A request can have at most ${maxParameters} parameters.`)
        }
        addPair(root, text.slice(start, end), text.length >= LONG)
      }
      start = end + 1
    }
  }
  return new Params(root)
}

function addPair(root: ParamNode, pair: string, isOfLong: boolean): void {
  const equals = pair.indexOf('=')
  const name = equals < 0 ? pair : pair.slice(0, equals)
  addParam(root, decoded(name, isOfLong), equals < 0 ? '' : decoded(pair.slice(equals + 1), isOfLong))
}

/** A piece shares the memory of the text that it is cut out of: all of it would be kept for as long as a request waits. */
function decoded(raw: string, isOfLong: boolean): string {
  const text = formDecode(raw)
  return isOfLong && text === raw ? Buffer.from(text).toString() : text
}
