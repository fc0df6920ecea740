"""What each setting is called and what comes of it, for the form that staff fill in (G3)."""

from copy import deepcopy
from typing import Any

Words = tuple[str, str]
"""Its name, and its consequence."""
WORDS: dict[str, dict[str, Words]] = {
    "binding": {
        "bind_at": (
            "什么时候绑定上级",
            "扫码时：扫了就绑定；首次登录：只绑定第一次来的人；下单时：下单那一刻才绑定。",
        ),
        "scan_valid_days": (
            "扫码有效期（天）",
            "选“下单时”才用到：扫码后这么多天内下单，都算这位分享者带来的。",
        ),
        "protect_days": ("保护期（天）", "绑定后这么多天内，别人的码抢不走这位顾客。"),
        "rebind_after_protection": (
            "保护期过后可以改绑",
            "打开：保护期后扫了别人的码就换上级；关上：绑定后一直不变。已经产生的佣金不受影响。",
        ),
        "who_may_invite": (
            "谁的码能绑定下级",
            "只有分销商，或者所有会员；会员带来的人，要等会员成为分销商后才有佣金。",
        ),
    },
    "compliance": {
        "third_level_allowed": (
            "允许第三级佣金",
            "默认最多两级。打开前请取得法律意见，并写明由谁、哪天确认；三级以上一律不允许。",
        ),
        "acknowledged_by": ("法律意见由谁确认", "写姓名；打开上面任何一项时必填，会留在版本记录里。"),
        "acknowledged_on": ("哪天确认", "打开上面任何一项时必填。"),
        "legal_note": ("法律意见摘要", "给以后接手的人看；顾客看不到。"),
        "team_rebates_allowed": ("允许团队返利", "按团队总业绩返利有法律风险，打开前同样要有法律意见。"),
    },
    "join": {
        "mode": (
            "怎样成为分销商",
            "消费或购买指定商品只看按正常售价买下、过了售后期没有退的商品，退掉的不算；这不是入门费，商城不得另收加入费，"
            "也不得为发展下线付钱。已经是分销商的人不受影响。",
        ),
        "default_level_id": ("新分销商的等级", "申请通过后先放在这个等级。"),
        "spend_fen": ("累计消费满", "选“累计消费”时有效：会员自己买下并留下的商品，不含运费。"),
        "product_ids": (
            "指定商品",
            "选“购买指定商品”时有效：买过其中任意一件即可，最多 10 件，按正常售价出售。",
        ),
        "is_audited": ("满足条件后还要审核", "关：满足条件的会员申请后马上生效；开：还要由商城审核。"),
    },
    "orders": {
        "unpaid_minutes": ("多久不付款就关闭（分钟）", "关闭时退回库存、优惠券和积分。只影响之后的新订单。"),
        "auto_receive_days": ("发货多少天后自动收货", "顾客没有点确认收货时，到这一天自动收货。"),
        "after_sale_days": ("收货后多少天内可以申请售后", "佣金要等这段时间过去才能提现；不能少于 7 天。"),
        "return_days": ("同意退货后多少天内寄回", "到期还没有填快递单号，退货申请自动关闭。"),
        "return_address": ("退货地址", "收件人、电话和地址写在一起；同意退货后顾客会看到。"),
    },
    "periods": {
        "close_after_days": (
            "周期结束多少天后结算",
            "月、季、年返利在周期结束后这么多天计算；要等最后一天的账单核对完。",
        ),
        "hold_days": ("结算后冻结多少天", "周期返利算出后，再过这么多天才能提现。"),
    },
    "plan_approval": {
        "limit_bps": (
            "返利超过多少要另一人批准",
            "方案对一行商品最多可能付出的比例超过它时，发布前要由另一位同事批准。",
        ),
    },
    "points": {
        "fen_per_point": ("1 积分抵多少钱", "结算时按它抵扣；已经下的订单不变。"),
        "max_share_bps": (
            "积分最多抵商品的多少",
            "扣除优惠券之后的商品金额中，积分最多能抵的比例；100% 表示可以全部用积分。",
        ),
        "valid_days": ("积分有效期（天）", "从得到那天起算；只影响之后得到的积分。"),
        "two_persons_above": ("一次发放超过多少积分要两人确认", "超过时由另一位同事同意后才到账。"),
    },
    "points_earning": {
        "purchase_fen_per_point": (
            "每消费多少钱得 1 积分",
            "按商品实付金额，不含运费；填 0 表示消费不送积分。",
        ),
        "check_in_points": ("每天签到得多少积分", "填 0 表示不开放签到。"),
        "streak_days": ("连续签到多少天有奖励", "每满这么多天奖励一次。"),
        "streak_bonus": ("连续签到奖励多少积分", "加在当天的签到积分之外；填 0 表示没有。"),
    },
    "shop": {
        "name": ("商城名称", "显示在商城首页。"),
        "service_phone": ("客服电话", "显示在“我的”页面，顾客点一下就能拨打；不填就不显示。"),
        "service_hours": ("客服时间", "例如：每天 9:00 至 21:00。"),
    },
    "staff": {
        "must_have_factor": (
            "所有员工必须绑定验证器",
            "打开后，没有绑定手机验证器的员工登录后只能先绑定；请先绑好您自己的。",
        ),
    },
    "subscribe-messages": {
        "templates": (
            "消息模板",
            "每种通知对应小程序后台的一个订阅消息模板；没有填的通知只出现在商城的消息里。",
        ),
    },
    "withdrawals": {
        "min_fen": ("单笔最低", "少于它不能提现。"),
        "max_fen": ("单笔最高", "也不能超过您在商户平台给“商家转账”设的单笔限额。"),
        "fee_bps": ("手续费", "从提现金额里扣，归商城；分销商在提交前就能看到。"),
        "daily_fen": ("每人每天最多", "按北京时间的一天算。"),
        "monthly_fen": ("每人每月最多", "按北京时间的自然月算。"),
        "auto_below_fen": ("多少以下免审核", "少于它的提现自动付出；填 0 表示每笔都要审核。"),
        "two_persons_above_fen": ("多少起要两人审核", "达到它的提现要两位同事都同意才付出。"),
        "allowed_weekdays": ("哪几天可以提现", "1 到 7 是周一到周日；其他日子不能提交，已经提交的照常处理。"),
        "remark": ("转账备注", "收款人在微信里看到的说明。"),
    },
}


def tell_setting(name: str, form: dict[str, Any]) -> dict[str, Any]:
    """The form of this setting with a title and a consequence at each field."""
    told = deepcopy(form)
    for field, (title, consequence) in WORDS.get(name, {}).items():
        if field in told.get("properties", {}):
            told["properties"][field] |= {"title": title, "description": consequence}
    return told
