import { Fault } from '../../model/index.ts'

// The texts are those of AWS's API reference: what the service says word for word is not documented.

/** `LookupAttributes` asks for something that events are not looked up by. */
export class InvalidLookupAttributes extends Fault {
  override readonly code = 'InvalidLookupAttributesException'
  override readonly httpStatus = 400

  constructor() {
    super('Occurs when a lookup attribute is specified that is not valid.')
  }
}

/** `StartTime` after `EndTime`, or either of them beyond time. */
export class InvalidTimeRange extends Fault {
  override readonly code = 'InvalidTimeRangeException'
  override readonly httpStatus = 400

  constructor() {
    super(
      'Occurs if the timestamp values are not valid. Either the start time occurs after the end time, or the time range is outside the range of possible values.',
    )
  }
}

/** `MaxResults` out of range. */
export class InvalidMaxResults extends Fault {
  override readonly code = 'InvalidMaxResultsException'
  override readonly httpStatus = 400

  constructor() {
    super('This exception is thrown if the limit specified is not valid.')
  }
}

/** `NextToken` is none of ours, or one of another question. */
export class InvalidNextToken extends Fault {
  override readonly code = 'InvalidNextTokenException'
  override readonly httpStatus = 400

  constructor() {
    super(
      'A token that is not valid, or a token that was previously used in a request with different parameters. This exception is thrown if the token is not valid.',
    )
  }
}

/** `EventCategory` names none. */
export class InvalidEventCategory extends Fault {
  override readonly code = 'InvalidEventCategoryException'
  override readonly httpStatus = 400

  constructor() {
    super('Occurs if an event category that is not valid is specified as a value of EventCategory.')
  }
}
