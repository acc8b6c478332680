import { OneByOne } from '#core/store/one-by-one.ts'

/** Work on one key runs in order, also over replicas; work on different keys at the same time. */
export class KeyedQueue extends OneByOne {}
