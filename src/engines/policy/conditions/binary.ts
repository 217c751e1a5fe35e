import { compileExact } from '../matching/text-test.ts'
import { anyOf, type OperatorFamily } from './value-test.ts'

/** BinaryEquals: the same bytes, which in base64 is the same text; variables mean nothing here. */
export const binaryEquals: OperatorFamily = (values) => anyOf(values.map((value) => compileExact(value, false)))
