import { readForm } from '../engines/wire/index.ts'
import { InvalidAction } from '../model/index.ts'
import { type Asked, askedOf, type QueryService } from './exchange.ts'

/** An action of a service of the Query protocol, asked for in this process: by name, with parameters as the wire has them. */
export interface AskedByName {
  /** The signing name: `iam`. */
  readonly service: string
  /** `CreateAccessKey` */
  readonly action: string
  /** By their names on the wire: `UserName`, `Tags.member.1.Key`. */
  readonly params: Readonly<Record<string, string>>
}

/**
 * What such a request asks for. Its parameters go through the same reader as those off the wire, so they mean the same
 * and are refused in the same words.
 * @throws {@link InvalidAction} when there is no such action
 * @throws ValidationError when there are more than `maxParameters` parameters
 */
export function askedByName(
  { service: name, action, params }: AskedByName,
  services: readonly QueryService[],
  maxParameters: number,
): Asked {
  const service = services.find((each) => each.name === name)
  const operation = service?.operations.get(action)
  if (service === undefined || operation === undefined) throw new InvalidAction(`There is no action ${name}:${action}.`)
  return askedOf(service, operation, () => {
    const read = readForm([new URLSearchParams(params).toString()], maxParameters)
    return service.showsValues ? read : read.withoutValues()
  })
}
