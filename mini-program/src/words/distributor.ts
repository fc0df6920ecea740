/** Words of promoting and of its money. */
export const distributorWords = {
  distributor: {
    centre: '分销中心',
    join: '成为分销员',
  },
} as const
