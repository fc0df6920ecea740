"""Bills of a day: the trade bill (payments, refunds) and the fund-flow bill (every movement)."""

import gzip
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from scripts.local.wechat_sim.clock import SHANGHAI, shanghai_day, shanghai_stamp
from scripts.local.wechat_sim.pay_door import Answer, Call, PayError
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World, token

KEPT_DAYS = 92
TRADE_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FLOW_COLUMNS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,"
    "资金变更提交申请人,备注,业务凭证号"
)
FLOW_SUMMARY = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"


def trade_bill(call: Call) -> Answer:
    """GET /v3/bill/tradebill."""
    kind = _choice(call, "bill_type", ("ALL", "SUCCESS", "REFUND"))
    return _bill(call, lambda day: trade_rows(call.world, day, kind), _trade_csv)


def fund_flow_bill(call: Call) -> Answer:
    """GET /v3/bill/fundflowbill: this merchant moves money on the basic account only."""
    account = _choice(call, "account_type", ("BASIC", "OPERATION", "FEES"))
    return _bill(call, lambda day: call.world.store.of("flow", day) if account == "BASIC" else [], _flow_csv)


def download(call: Call) -> Answer:
    """GET /v3/billdownload/file: a signed request with an unsigned answer."""
    found = call.world.store.get("bill_file", call.query.get("token", ""))
    if found is None:
        raise PayError(404, "RESOURCE_NOT_EXISTS", "账单文件不存在")
    return Answer(None, raw=b64decode(found["content"]))


def trade_rows(world: World, day: str, kind: str = "ALL") -> list[Doc]:
    """The day's payments and finished refunds, as facts; in order of time."""
    rows: list[Doc] = []
    for trade in world.store.all("trade"):
        if kind != "REFUND" and trade["paid_at"] is not None and shanghai_day(trade["paid_at"]) == day:
            rows.append({"at": trade["paid_at"], "trade": trade, "refund": None})
    for refund in world.store.all("refund"):
        if kind != "SUCCESS" and refund["state"] == "SUCCESS" and shanghai_day(refund["finished_at"]) == day:
            trade = world.store.need("trade", refund["out_trade_no"])
            rows.append({"at": refund["finished_at"], "trade": trade, "refund": refund})
    return sorted(rows, key=lambda row: float(row["at"]))


def _bill(
    call: Call, rows_of: Callable[[str], list[Doc]], write: Callable[[World, list[Doc]], str]
) -> Answer:
    world, day = call.world, _day(call)
    is_packed = _choice(call, "tar_type", ("", "GZIP")) == "GZIP"
    if world.faults.hits("bill_creating", call.endpoint):
        raise PayError(400, "STATEMENT_CREATING", "账单生成中")
    rows = _planted(world, call.endpoint, rows_of(day))
    if not rows:
        raise PayError(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
    plain = ("\ufeff" + write(world, rows)).encode()
    digest = hashlib.sha1(plain).hexdigest()
    if world.faults.hits("bill_bad_hash", call.endpoint):
        digest = digest[::-1]
    word = token(40)
    content = gzip.compress(plain) if is_packed else plain
    world.store.put("bill_file", word, {"content": b64encode(content).decode()})
    url = f"{world.options.base_url}/v3/billdownload/file?token={word}"
    return Answer({"hash_type": "SHA1", "hash_value": digest, "download_url": url})


def _day(call: Call) -> str:
    try:
        day = date.fromisoformat(call.query.get("bill_date", ""))
    except ValueError as error:
        raise PayError(
            400, "PARAM_ERROR", "bill_date 格式错误", {"field": "bill_date", "location": "query"}
        ) from error
    today = date.fromisoformat(shanghai_day(call.now))
    if day >= today or day < today - timedelta(days=KEPT_DAYS):
        raise PayError(400, "PARAM_ERROR", "只能下载三个月以内、今天以前的账单", {"field": "bill_date"})
    ready = datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)
    if call.now < ready.timestamp() + 3600 * call.world.setting("bill_ready_hour"):
        raise PayError(400, "STATEMENT_CREATING", "账单生成中")
    return day.isoformat()


def _choice(call: Call, name: str, choices: tuple[str, ...]) -> str:
    value = call.query.get(name, choices[0])
    if value not in choices:
        raise PayError(400, "PARAM_ERROR", f"{name} 不在允许范围内", {"field": name, "location": "query"})
    return value


def _planted(world: World, endpoint: str, rows: list[Doc]) -> list[Doc]:
    """Rows with the differences that the faults want a reconciliation to find."""
    rows, faults = list(rows), world.faults
    if rows and faults.hits("bill_extra_row", endpoint):
        rows.append(_strange(rows[-1]))
    if rows and faults.hits("bill_missing_row", endpoint):
        rows.pop(0)
    wrong = faults.take("bill_wrong_amount", endpoint) if rows else None
    if wrong:
        rows[0] = _dearer(rows[0], int(wrong["add_fen"]))
    return rows


def _strange(row: Doc) -> Doc:
    if "flow_id" in row:
        return {
            **row,
            "flow_id": row["flow_id"] + "9",
            "order": row["order"] + "9",
            "voucher": "STRANGE00001",
        }
    trade = {**row["trade"], "out_trade_no": "STRANGE00001", "transaction_id": "4200000000000000000000000001"}
    return {**row, "trade": trade}


def _dearer(row: Doc, add_fen: int) -> Doc:
    if "flow_id" in row:
        return {**row, "amount_fen": row["amount_fen"] + add_fen}
    if row["refund"]:
        return {**row, "refund": {**row["refund"], "refund_fen": row["refund"]["refund_fen"] + add_fen}}
    return {**row, "trade": {**row["trade"], "total_fen": row["trade"]["total_fen"] + add_fen}}


def _trade_csv(world: World, rows: list[Doc]) -> str:
    paid_fen = sum(row["trade"]["total_fen"] for row in rows if not row["refund"])
    back_fen = sum(row["refund"]["refund_fen"] for row in rows if row["refund"])
    fees_fen = sum(_fee_fen(row) for row in rows)
    totals = (str(len(rows)), *map(yuan, (paid_fen, back_fen, 0, fees_fen, paid_fen, back_fen)))
    lines = (_trade_line(world, row) for row in rows)
    return _csv(TRADE_COLUMNS, lines, TRADE_SUMMARY, totals)


def _trade_line(world: World, row: Doc) -> tuple[str, ...]:
    trade, refund = row["trade"], row["refund"]
    paid_fen, back_fen = (0, refund["refund_fen"]) if refund else (trade["total_fen"], 0)
    return (
        shanghai_stamp(row["at"]),
        trade["appid"],
        world.keys.mch_id,
        "0",
        "",
        trade["transaction_id"],
        trade["out_trade_no"],
        trade["params"]["payer"]["openid"],
        "JSAPI",
        "REFUND" if refund else "SUCCESS",
        "OTHERS",
        "CNY",
        yuan(paid_fen),
        "0.00",
        refund["refund_id"] if refund else "0",
        refund["out_refund_no"] if refund else "0",
        yuan(back_fen),
        "0.00",
        "ORIGINAL" if refund else "",
        refund["state"] if refund else "",
        trade["params"]["description"].replace("\n", " "),
        trade["params"].get("attach", ""),
        yuan(_fee_fen(row)),
        f"{world.setting('fee_bps') / 100:.2f}%",
        yuan(paid_fen),
        yuan(back_fen),
        "",
    )


def _fee_fen(row: Doc) -> int:
    return -int(row["refund"]["fee_back_fen"]) if row["refund"] else int(row["trade"]["fee_fen"])


def _flow_csv(world: World, rows: list[Doc]) -> str:
    income = [row["amount_fen"] for row in rows if row["amount_fen"] > 0]
    outlay = [-row["amount_fen"] for row in rows if row["amount_fen"] <= 0]
    totals = (str(len(rows)), str(len(income)), yuan(sum(income)), str(len(outlay)), yuan(sum(outlay)))
    return _csv(FLOW_COLUMNS, (_flow_line(row) for row in rows), FLOW_SUMMARY, totals)


def _flow_line(row: Doc) -> tuple[str, ...]:
    return (
        shanghai_stamp(row["at"]),
        row["order"],
        row["flow_id"],
        row["business"],
        row["type"],
        "收入" if row["amount_fen"] > 0 else "支出",
        yuan(abs(row["amount_fen"])),
        yuan(row["balance_fen"]),
        "system",
        "",
        row["voucher"],
    )


def _csv(columns: str, lines: Iterable[tuple[str, ...]], summary: str, totals: tuple[str, ...]) -> str:
    body = [",".join(f"`{cell}" for cell in line) for line in lines]
    return "\r\n".join([columns, *body, summary, ",".join(f"`{cell}" for cell in totals), ""])


def yuan(amount_fen: int) -> str:
    """Fen as the bills write yuan: two decimals, made without floating point."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"
