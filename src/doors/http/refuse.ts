import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Answers with a status and nothing more, at once, but closes only when the client has stopped sending: closing on
 * unread bytes would reset the connection, and many clients would never see the answer. The request's timeout bounds
 * the wait.
 */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Length': 0, Connection: 'close' })
  response.flushHeaders()
  request.once('close', () => response.end())
  request.resume()
}
