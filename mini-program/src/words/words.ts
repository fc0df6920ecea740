/** Everything the client says by itself, in one object. What the server says is shown as it comes. */
import { distributorWords } from './distributor'
import { memberWords } from './member'
import { shopWords } from './shop'

export const words = { ...shopWords, ...memberWords, ...distributorWords } as const
