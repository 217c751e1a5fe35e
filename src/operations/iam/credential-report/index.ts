/** The actions of IAM on the credential report. @module */
import type { IamOperations } from '../define.ts'
import { generateCredentialReport } from './generate-credential-report.ts'
import { getCredentialReport } from './get-credential-report.ts'

/** What can be asked of the credential report. */
export const CREDENTIAL_REPORT_ACTIONS: IamOperations = [
  ['GenerateCredentialReport', generateCredentialReport],
  ['GetCredentialReport', getCredentialReport],
]
