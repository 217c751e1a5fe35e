/** What may stand before and after the name of every operator but Null. */
export const FORMS: readonly (readonly [prefix: string, suffix: string])[] = [
  ['', ''],
  ['', 'IfExists'],
  ['ForAllValues:', ''],
  ['ForAllValues:', 'IfExists'],
  ['ForAnyValue:', ''],
  ['ForAnyValue:', 'IfExists'],
]

/** Values to hold against each other under one operator. */
interface OperatorValues {
  readonly policy: readonly string[]
  /** A request value that stands to some policy value, not the first, as the operator's positive name says. */
  readonly match: string
  /** One that stands so to none. */
  readonly other: string
  /** One that does not read as the operator's type; absent where every text does. */
  readonly unreadable?: string
}

const TEXT = { policy: ['red', 'blue'], match: 'blue', other: 'Blue' }
const FOLDED = { policy: ['red', 'blue'], match: 'BLUE', other: 'blues' }
const PATTERN = { policy: ['r?d', 'bl*'], match: 'blue', other: 'tabl' }
const ARN = {
  policy: ['arn:aws:iam::111122223333:role/Dev', 'arn:aws:iam::*:role/ci-*'],
  match: 'arn:aws:iam::444455556666:role/ci-7',
  other: 'arn:aws:iam::444455556666:user/ci-7',
  unreadable: 'role/ci-7',
}
const RANGE = {
  policy: ['198.51.100.0/24', '2001:db8::/32', '203.0.113.9'],
  match: '203.0.113.9',
  other: '203.0.113.10',
  unreadable: 'localhost',
}

const [many, soon] = ['many', 'soon']

/** Every operator but Null. */
export const VALUES: Readonly<Record<string, OperatorValues>> = {
  StringEquals: TEXT,
  StringNotEquals: TEXT,
  StringEqualsIgnoreCase: FOLDED,
  StringNotEqualsIgnoreCase: FOLDED,
  StringLike: PATTERN,
  StringNotLike: PATTERN,
  NumericEquals: { policy: ['7', '10'], match: '10.0', other: '9', unreadable: many },
  NumericNotEquals: { policy: ['7', '10'], match: '10.0', other: '9', unreadable: many },
  NumericLessThan: { policy: ['7', '10'], match: '9', other: '10', unreadable: many },
  NumericLessThanEquals: { policy: ['7', '10'], match: '10', other: '11', unreadable: many },
  NumericGreaterThan: { policy: ['10', '7'], match: '8', other: '7', unreadable: many },
  NumericGreaterThanEquals: { policy: ['10', '7'], match: '7', other: '6', unreadable: many },
  DateEquals: { policy: ['2026-01-01', '86400'], match: '1970-01-02T00:00:00Z', other: '86401', unreadable: soon },
  DateNotEquals: { policy: ['2026-01-01', '86400'], match: '1970-01-02T00:00:00Z', other: '86401', unreadable: soon },
  DateLessThan: { policy: ['86400', '2026-01-01'], match: '2025-12-31', other: '2026-01-01', unreadable: soon },
  DateLessThanEquals: { policy: ['86400', '2026-01-01'], match: '2026-01-01', other: '2026-01-02', unreadable: soon },
  DateGreaterThan: { policy: ['2026-01-01', '86400'], match: '86401', other: '86400', unreadable: soon },
  DateGreaterThanEquals: { policy: ['2026-01-01', '86400'], match: '86400', other: '86399', unreadable: soon },
  Bool: { policy: ['true'], match: 'TRUE', other: 'false', unreadable: 'yes' },
  BinaryEquals: { policy: ['cmVk', 'Ymx1ZQ=='], match: 'Ymx1ZQ==', other: 'YmxVZQ==' },
  IpAddress: RANGE,
  NotIpAddress: RANGE,
  ArnEquals: ARN,
  ArnLike: ARN,
  ArnNotEquals: ARN,
  ArnNotLike: ARN,
}
