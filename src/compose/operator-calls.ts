import {
  type Administrator,
  applyDirectory,
  checkAccess,
  closeAccount,
  createAccount,
  explainRefusal,
  listAccounts,
  listEvents,
  listKeys,
  readCheckAccess,
  readCloseAccount,
  readCreateAccount,
  readExplainRefusal,
  readListAccounts,
  readListEvents,
  readRecoverAdministrator,
  readRevokeSessions,
  readRotateKeys,
  recoverAdministrator,
  revokeSessions,
  rotateKeys,
} from '../operations/broker/index.ts'
import { readApplyDirectory } from '../operations/loading/index.ts'
import { explainAssertion, explainToken, readExplainAssertion, readExplainToken } from '../operations/sts/index.ts'
import type { PreparedNode } from './prepare-node.ts'

/** What the operator can ask for by name: each reads what came, which may be anything. */
export type OperatorCalls = ReadonlyMap<string, (input: unknown) => Promise<unknown>>

/** The operator's calls that a node answers whether it listens or not. Secrets in their answers are revealed. */
export function operatorCalls({ operate }: Pick<PreparedNode, 'operate'>): OperatorCalls {
  return new Map<string, (input: unknown) => Promise<unknown>>([
    ['ApplyDirectory', (input) => operate(applyDirectory, readApplyDirectory(input))],
    ['CheckAccess', (input) => operate(checkAccess, readCheckAccess(input))],
    ['CloseAccount', (input) => operate(closeAccount, readCloseAccount(input))],
    ['CreateAccount', async (input) => revealed(await operate(createAccount, readCreateAccount(input)))],
    ['ExplainRefusal', (input) => operate(explainRefusal, readExplainRefusal(input))],
    ['ExplainAssertion', (input) => operate(explainAssertion, readExplainAssertion(input))],
    ['ExplainToken', (input) => operate(explainToken, readExplainToken(input))],
    ['ListAccounts', (input) => operate(listAccounts, readListAccounts(input))],
    ['ListEvents', (input) => operate(listEvents, readListEvents(input))],
    ['ListKeys', () => operate(listKeys, undefined)],
    [
      'RecoverAdministrator',
      async (input) => revealed(await operate(recoverAdministrator, readRecoverAdministrator(input))),
    ],
    ['RevokeSessions', (input) => operate(revokeSessions, readRevokeSessions(input))],
    ['RotateKeys', (input) => operate(rotateKeys, readRotateKeys(input))],
  ])
}

function revealed({ secretAccessKey, ...admin }: Administrator): unknown {
  return { ...admin, secretAccessKey: secretAccessKey.reveal() }
}
