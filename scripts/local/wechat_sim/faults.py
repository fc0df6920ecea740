"""Faults that can be switched on: what goes wrong between a shop and WeChat, a counted number of times."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from scripts.local.wechat_sim.store import Doc, Store


@dataclass(frozen=True)
class Fault:
    """One thing that can go wrong: its group of endpoints, a Chinese label and its parameters."""

    name: str
    group: str
    label: str
    parameters: Doc = field(default_factory=dict)


CATALOG = {
    fault.name: fault
    for fault in (
        Fault("system_error_before_commit", "pay", "什么都没做就回 500 系统错误"),
        Fault("system_error_after_commit", "pay", "已办成，却回 500 系统错误"),
        Fault("timeout_before_commit", "pay", "什么都没做，也不回答", {"seconds": 8}),
        Fault("timeout_after_commit", "pay", "已办成，却不回答", {"seconds": 8}),
        Fault("unsigned_response", "pay", "已办成，回答没有签名"),
        Fault("bad_signature_response", "pay", "已办成，回答签名错误"),
        Fault("rate_limited", "pay", "429 请求太频繁"),
        Fault("bad_gateway", "pay", "502 网关错误页（HTML，无签名）"),
        Fault("notify_before_response", "pay", "通知比接口的回答更早到"),
        Fault("balance_short", "pay", "商户余额不足，转账停在处理中"),
        Fault("transfer_ip_denied", "pay", "转账：IP 不在名单内"),
        Fault("transfer_failed", "pay", "用户确认后转账失败", {"fail_reason": "PAYEE_ACCOUNT_ABNORMAL"}),
        Fault("transfer_name_wrong", "pay", "转账：姓名与实名不符"),
        Fault("transfer_delayed", "pay", "转账先受理，稍后才待确认", {"seconds": 30}),
        Fault("refund_abnormal", "pay", "退款异常"),
        Fault("refund_closed", "pay", "退款关闭"),
        Fault("refund_not_enough", "pay", "退款：余额不足"),
        Fault("bill_missing_row", "bill", "账单少一行"),
        Fault("bill_extra_row", "bill", "账单多一行"),
        Fault("bill_wrong_amount", "bill", "账单金额不符", {"add_fen": 1}),
        Fault("bill_bad_hash", "bill", "账单摘要不符"),
        Fault("bill_creating", "bill", "账单生成中"),
        Fault("notify_duplicate", "notice", "通知重复送", {"count": 2}),
        Fault("notify_parallel", "notice", "通知同时送多份", {"count": 5}),
        Fault("notify_delayed", "notice", "通知推迟", {"seconds": 120}),
        Fault("notify_dropped", "notice", "通知丢失"),
        Fault("notify_stale", "notice", "通知时间戳陈旧", {"seconds": 3600}),
        Fault("notify_wrong_serial", "notice", "通知的公钥编号错误"),
        Fault("notify_tampered", "notice", "通知密文被改"),
        Fault("notify_other_appid", "notice", "通知里是别家的 appid"),
        Fault("notify_other_mchid", "notice", "通知里是别家的商户号"),
        Fault("notify_wrong_amount", "notice", "通知金额多一分", {"add_fen": 1}),
        Fault("notify_signtest", "notice", "先送一份签名探测（WECHATPAY/SIGNTEST/）"),
        Fault("token_invalid", "api", "40001 令牌无效"),
        Fault("token_expired", "api", "42001 令牌过期"),
        Fault("quota", "api", "45009 调用次数用尽"),
        Fault("busy", "api", "-1 系统繁忙"),
        Fault("api_timeout", "api", "接口不回答", {"seconds": 8}),
        Fault("api_bad_gateway", "api", "502 网关错误页"),
        Fault("api_error", "api", "任意错误码", {"errcode": 61010, "errmsg": "simulated"}),
        Fault("ip_not_allowed", "api", "40164 IP 不在名单内"),
        Fault("scene_invalid", "api", "40169 小程序码 scene 不合法"),
        Fault("page_invalid", "api", "41030 小程序码页面不存在"),
        Fault("subscribe_refused", "api", "43101 用户未订阅"),
        Fault("shipping_not_found", "api", "10060001 支付后一段时间内查不到支付单", {"seconds": 30}),
        Fault("content_risky", "api", "内容检查不通过", {"suggest": "risky", "label": 20001}),
        Fault("snapshot_user", "api", "网页授权得到快照页虚拟账号"),
        Fault("event_duplicate", "official", "公众号事件重复推送", {"count": 2}),
        Fault("event_bad_signature", "official", "公众号事件签名错误"),
        Fault("event_dropped", "official", "公众号事件丢失"),
    )
}
"""Every fault by name. Endpoints by group: ``pay.*`` (pay, bill), ``notice.*``, ``api.*``, ``official.*``."""


class Faults:
    """The faults that are on, kept in the store; each use counts one of its ``times`` away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reload()

    def reload(self) -> None:
        """Read the switched-on faults again, after a start or a reset."""
        self._active = {doc["id"]: doc for doc in self._store.all("fault")}

    def listing(self) -> list[Doc]:
        """What is on now."""
        return list(self._active.values())

    def add(self, name: str, *, times: int | None, endpoint: str = "*", parameters: Doc | None = None) -> Doc:
        """Switch a fault on for ``times`` uses (``None``: until removed) at endpoints matching ``endpoint``.

        Raises ``LookupError`` for an unknown name and ``ValueError`` for unknown parameters.
        """
        if name not in CATALOG:
            raise LookupError(f"no fault is called {name}")
        defaults = CATALOG[name].parameters
        unknown = set(parameters or {}) - set(defaults)
        if unknown or (times is not None and times < 1):
            raise ValueError(f"{name} takes {sorted(defaults)} and times >= 1")
        body = {
            "id": f"F{self._store.next_number('fault')}",
            "name": name,
            "endpoint": endpoint,
            "times": times,
            "parameters": {**defaults, **(parameters or {})},
        }
        self._write(body)
        return body

    def remove(self, fault_id: str) -> bool:
        """Switch one off; says whether it was on."""
        self._store.delete("fault", fault_id)
        return self._active.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Switch all off."""
        for fault_id in list(self._active):
            self.remove(fault_id)

    def take(self, name: str, endpoint: str) -> Doc | None:
        """The parameters of a matching fault, one use counted; ``None`` when it is not on."""
        for fault in self._active.values():
            if fault["name"] == name and fnmatchcase(endpoint, fault["endpoint"]):
                self._use(fault)
                parameters: Doc = fault["parameters"]
                return parameters
        return None

    def hits(self, name: str, endpoint: str) -> bool:
        """Whether a fault without parameters is on here; one use is counted."""
        return self.take(name, endpoint) is not None

    def peek(self, name: str, endpoint: str) -> Doc | None:
        """The parameters of a matching fault without counting a use."""
        found = (
            item
            for item in self._active.values()
            if item["name"] == name and fnmatchcase(endpoint, item["endpoint"])
        )
        return next((dict(item["parameters"]) for item in found), None)

    def _use(self, fault: Doc) -> None:
        if fault["times"] is None:
            return
        if fault["times"] == 1:
            self.remove(fault["id"])
            return
        self._write({**fault, "times": fault["times"] - 1})

    def _write(self, fault: Doc) -> None:
        self._store.put("fault", fault["id"], fault)
        self._active[fault["id"]] = fault
