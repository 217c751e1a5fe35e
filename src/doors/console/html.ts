import htm from 'htm'
import { type ComponentChildren, Fragment, h, type VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'

/** A piece of a page, or text: text is escaped when it is rendered, whatever it says and wherever it stands. */
export type View = ComponentChildren

/**
 * Writes a piece of a page as HTML. Only values put in with `${...}` may come from outside, as text or as the value of
 * an attribute that is no address and no event handler.
 */
export const html: (strings: TemplateStringsArray, ...values: unknown[]) => VNode | VNode[] = htm.bind(h)

/** The text of a whole document. */
export function renderDocument(view: View): string {
  return `<!doctype html>${renderToString(h(Fragment, null, view))}`
}
