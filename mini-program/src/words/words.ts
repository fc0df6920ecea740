/** Everything the client says by itself, in one object. What the server says is shown as it comes. */
import { benefitWords } from './benefits'
import { distributorWords } from './distributor'
import { memberWords } from './member'
import { rulesWords } from './rules'
import { shopWords } from './shop'

export const words = { ...shopWords, ...memberWords, ...benefitWords, ...rulesWords, ...distributorWords } as const
