/** Words of what belongs to oneself: signing in, one's own pages. */
export const memberWords = {
  signIn: {
    title: '登录',
    why: '登录后就能下单、领佣金。先逛逛也没关系。',
    byWeChat: '微信一键登录',
    byPassword: '用账号密码登录',
    username: '用户名',
    password: '密码',
    go: '登录',
    join: '还没有账号？注册一个',
    joinGo: '注册并登录',
    haveOne: '已有账号，去登录',
    agree: '登录即表示同意《用户协议》和《隐私政策》',
    failed: '登录没有成功',
    welcome: (name: string) => `欢迎，${name}`,
  },
  invited: {
    by: (name: string) => `${name} 邀请你来逛逛`,
    gentle: '这个邀请码用不了了，先随便逛逛吧。',
  },
  me: {
    signIn: '点这里登录',
    hello: '欢迎光临',
    invitedBy: (name: string) => `由 ${name} 邀请`,
    wallet: '我的钱包',
    favourites: '我的收藏',
    addresses: '收货地址',
    inbox: '消息',
    settings: '设置',
  },
} as const
