/** Markers that lead to the next page of a list: nobody can make one, or use one for another list. @module */
export { openMarker, sealMarker } from './page-marker.ts'
