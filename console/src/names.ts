/** What the contract's names are called where its models give no Chinese title: fields, kinds and choices of a form. */

const FIELDS: Record<string, string> = {
  kind: '类型', status: '状态', terms: '优惠内容', validity: '有效期', version: '版本', company: '快递公司',
  express_company: '快递公司', tracking_number: '快递单号', lines: '商品', line_no: '第几行', reason: '原因', rate: '运费', sku_id: '规格编号',
  distributor_id: '分销商', limit: '条数', rule_id: '规则代号', title: '名称', who: '返给谁', base: '按什么算', how: '怎么算', when: '什么时候',
  conditions: '满足条件', forms: '发什么', caps: '上限', level_ids: '分销商等级', level_id: '等级', area: '区域范围', level: '第几级上级',
  metric: '看什么', rate_bps: '比例', of_rules: '以哪些规则为基数', rates: '各等级比例', otherwise_bps: '其他等级', first: '第一项', second: '第二项',
  rows: '分档', first_at_least: '第一项达到', second_at_least: '第二项达到', options: '依次看', product_ids: '商品', category_ids: '分类',
  is_except: '排除这些', at_least: '达到', on_or_after: '从哪天起', before: '哪天之前', places: '地区', province: '省', city: '市', county: '区县',
  fixed_fen: '固定金额', below: '低于', mode: '怎么用分档', share_bps: '占比', template_id: '优惠券', value_fen: '价值', gift_id: '礼品',
  fen_per_point: '一积分值', fen: '金额', bps: '比例', tasks: '任务', needed: '达到几项', window: '看多长时间', rank: '顺序', upgrade: '升级条件', keep: '保级条件', rates_bps: '各级佣金比例', distributor: '分销商', member_ids: '会员', period: '周期', names: '名称', text: '文字', at: '时间', off_fen: '减多少钱', off_bps: '减百分之几',
} // prettier-ignore

const CHOICES: Record<string, string> = {
  // 发货与售后
  EXPRESS: '快递', CITY: '同城配送', VIRTUAL: '无需物流', PICK_UP: '自提', REFUND_ONLY: '仅退款', RETURN: '退货退款',
  CHANGED_MIND: '不想要了', NOT_RECEIVED: '没有收到', WRONG_ITEM: '发错商品', QUALITY: '质量问题', NOT_AS_DESCRIBED: '与描述不符', OUT_OF_STOCK: '缺货', OTHER: '其他',
  // 绑定
  SCAN: '扫码时', LOGIN: '首次登录', PURCHASE: '下单时', DISTRIBUTORS: '只有分销商', MEMBERS: '所有会员',
  // 商品与营销
  PIECE: '按件', WEIGHT: '按重量', FIXED: '固定金额', PERCENT: '百分比', ACTIVE: '正常', STOPPED: '已停止', DISABLED: '已停用',
  // 成为分销商
  OPEN: '人人可以（申请即生效）', APPLY: '申请后审核', SPEND: '累计消费', PRODUCT: '购买指定商品', ASSIGN: '只由商城指定',
  // 违规
  PRICE_CUTTING: '低价扰市', FALSE_PROMOTION: '虚假宣传', FAKE_ORDERS: '刷单', HARASSMENT: '骚扰', WARN: '警告', FREEZE_COMMISSION: '冻结佣金',
  SUSPEND: '暂停资格', EXPEL: '取消资格', SERVED: '处罚期满', WITHDRAWN: '撤销处罚',
  // 返利规则：谁
  BUYER: '买家自己', DIFFERENTIAL: '级差', EACH: '每个符合条件的分销商', LEADER: '团队领导', REGION_HOLDER: '区域代理', SHARER: '分享者', UPLINE: '上级',
  COUNTY: '区县', PROVINCE: '省', NARROWEST: '最小的区域', SHARE: '按比例分',
  // 返利规则：基数、算法
  LIST: '标价', METRIC: '业绩', PAID: '实付金额', PROFIT: '利润', QUANTITY: '件数', BONUS: '别的规则的奖励', BY_LEVEL: '按等级', CONFIGURED: '商品或等级上的设置',
  EITHER_OR: '两项取其一', FIRST_MATCH: '第一个符合的', RATE: '按比例', STEPS: '按分档', WHOLE: '整额按所在档', MARGINAL: '分段累计',
  ORDER_PAID: '订单实付', ORDER_PROFIT: '订单利润', ORDER_MARGIN: '订单利润率', LINE_PAID: '商品实付', LINE_PROFIT: '商品利润', LINE_MARGIN: '商品利润率',
  OWN_SALES: '直推业绩', TEAM_SALES: '团队业绩', OWN_SPEND: '自己消费', DIRECT_BUYERS: '直推客户数', ORDERS: '订单数',
  own_sales_fen: '直推业绩', team_sales_fen: '团队业绩', own_spend_fen: '自己消费', direct_buyers: '直推客户数', orders: '订单数',
  // 条件、时机、形式、上限
  ARTICLES: '指定商品', CLEAN_RECORD: '没有违规', FIRST_ORDER: '首单', JOINED: '加入时间', LEVEL_IN: '指定等级', REGION: '指定地区',
  ORDER: '每笔订单', ALL: '累计', MONTH: '每月', QUARTER: '每季', YEAR: '每年', JOIN: '加入时', INVITE: '邀请时',
  CASH: '现金', COUPON: '优惠券', GIFT: '礼品', POINTS: '积分',
  BUDGET_CAP: '总预算', LINE_CAP: '每行商品上限', ORDER_CAP: '每单上限', PAYEE_PERIOD_CAP: '每人每期上限', PRODUCT_CAP: '每件商品上限',
} // prettier-ignore

const isChinese = (text: string | undefined): text is string => text !== undefined && /[\u4e00-\u9fff]/.test(text)

/** A field's name for people: the model's own title, if it has one. */
export function nameOf(field: string, title?: string): string {
  return isChinese(title) ? title : (FIELDS[field] ?? title ?? field)
}

/** A hint for people; notes for programmers are none. */
export function hintOf(text: string | undefined): string | undefined {
  return isChinese(text) ? text : undefined
}

/** What a choice is called. */
export function choiceName(value: string | number): string {
  return CHOICES[String(value)] ?? String(value)
}
