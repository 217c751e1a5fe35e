import { isList, isMap, type ResultStructure, type ResultValue } from '../../engines/wire/index.ts'
import { type Fault, type RequestFacts, Secret, toFault } from '../../model/index.ts'
import type { ConsoleBroker, ConsoleSession } from './console-broker.ts'

/** Asks for an action of IAM. @throws Fault in the words that the wire has */
export type ActInIam = (action: string, params?: Readonly<Record<string, string>>) => Promise<IamAnswer>

/** One who asks IAM on behalf of whoever is signed in, within one request. */
export function inIam(
  broker: Pick<ConsoleBroker, 'act'>,
  { session, facts }: { readonly session: ConsoleSession; readonly facts: RequestFacts },
): ActInIam {
  return async (action, params = {}) =>
    new IamAnswer(await broker.act(session, { service: 'iam', action, params }, facts))
}

/** What was asked for, or the refusal of it, where a page says that in its place. @throws Fault when it is our failure */
export async function orRefusal<Asked>(asked: Promise<Asked>): Promise<Asked | Fault> {
  try {
    return await asked
  } catch (error) {
    const fault = toFault(error)
    if (fault.httpStatus >= 500) throw error
    return fault
  }
}

/** What an action answers, read by AWS's names. What is not there is nothing: an empty text, an empty list. */
export class IamAnswer {
  readonly #members: ResultStructure

  constructor(members: ResultStructure | undefined) {
    this.#members = members ?? {}
  }

  text(name: string): string {
    const value = this.#members[name]
    return value instanceof Secret ? value.reveal() : value === undefined ? '' : String(value)
  }

  isTrue(name: string): boolean {
    return this.#members[name] === true
  }

  date(name: string): Date | undefined {
    const value = this.#members[name]
    return value instanceof Date ? value : undefined
  }

  part(name: string): IamAnswer {
    return new IamAnswer(structureIn(this.#members[name]))
  }

  list(name: string): readonly IamAnswer[] {
    const value = this.#members[name]
    return value !== undefined && isList(value) ? value.map((each) => new IamAnswer(structureIn(each))) : []
  }
}

function structureIn(value: ResultValue | undefined): ResultStructure | undefined {
  if (typeof value !== 'object' || isList(value) || isMap(value)) return undefined
  return value instanceof Date || value instanceof Secret ? undefined : value
}
