/** The kind of device that is kept with a signature; nothing else of it is. */
import { platform } from '@platform'

export const DEVICE = platform.name === 'mp-weixin' ? ('MINI_PROGRAM' as const) : ('H5' as const)
