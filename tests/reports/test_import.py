"""Files brought in: looked through row by row first, then done as they were, once (G6, P1, O3)."""

import base64
import io
import zipfile

import pytest
from openpyxl import Workbook

from chalicelib.catalog import store as catalog
from chalicelib.catalog.rules import Card
from chalicelib.inventory import store as inventory
from chalicelib.jobs import read_sheet as reading
from chalicelib.jobs.read_sheet import BadSheet, read_sheet
from chalicelib.jobs.rules import Job
from chalicelib.kernel.config import config
from chalicelib.orders import store as orders
from tests.jobs.running import finish, result_of
from tests.orders.conftest import shop
from tests.orders.shop import Shop
from tests.support import api, people
from tests.support.world import PICTURE_KEY, Clock

__all__ = ["shop"]
MAY = ("catalog.read", "catalog.edit", "stock.edit", "orders.read", "orders.ship")
HEADER = "商品名称,副标题,分类,规格,售价,划线价,成本价,重量（克）"
PARCELS = "订单号,快递公司,快递单号"


def bring(
    name: str,
    content: bytes | str,
    *,
    key: str = "import-key-1",
    may: tuple[str, ...] = MAY,
    pictures: dict[str, str] | None = None,
) -> api.Answer:
    raw = content.encode() if isinstance(content, str) else content
    body = {"list": name, "content": base64.b64encode(raw).decode(), "pictures": pictures or {}}
    return api.post("/console/imports", body, token=api.staff_token(*may), key=key)


def looked(name: str, content: bytes | str, key: str = "import-key-1") -> Job:
    return finish(bring(name, content, key=key).json["job_id"])


def apply(job: Job, key: str = "apply-key-1") -> api.Answer:
    return api.post(f"/console/imports/{job.job_id}/apply", token=api.staff_token(*MAY), key=key)


def category() -> str:
    return catalog.categories()[0].name


def off_shelf() -> list[Card]:
    return list(catalog.listed(is_on_shelf=False, limit=50).items)


def titles() -> list[str]:
    return [one.title for one in off_shelf()]


class TestProducts:
    def test_a_trial_tells_each_rows_problem_and_changes_nothing(self, shop: Shop) -> None:
        before = titles()
        rows = [
            f"茶杯,,{category()},白,12.50,,,200",
            "茶壶,,没有这个分类,白,99,,,",
            f"茶盘,,{category()},大,一百,,,",
            f"茶匙,,{category()},小,1.234,,,",
            f"茶罐,,{category()},小,0,,,",
        ]
        job = looked("products", "\n".join([HEADER, *rows]))
        assert job.status == "DONE", job.error
        assert (job.summary["fine"], job.summary["wrong"]) == (1, 4)
        assert [one.split("：")[0] for one in job.summary["problems"]] == [
            "第 3 行 茶壶",
            "第 4 行 茶盘",
            "第 5 行 茶匙",
            "第 6 行 茶罐",
        ]
        assert "没有问题" in result_of(job).decode("utf-8-sig")
        assert titles() == before
        refused = apply(job)
        assert (refused.status, refused.json["code"]) == (409, "NOT_LOOKED_THROUGH")

    def test_the_same_file_is_then_done_once(self, shop: Shop) -> None:
        """Two rows of one title are one product of two articles; asked twice there is still one."""
        rows = [f"茶杯,好看,{category()},白,12.50,15,3,200", f"茶杯,好看,{category()},青,13,,,"]
        job = looked("products", "\n".join([HEADER, *rows]))
        assert job.summary["wrong"] == 0 and job.summary["fine"] == 1
        for key in ("apply-key-1", "apply-key-1", "apply-key-2"):
            done = finish(apply(job, key).json["job_id"])
            assert (done.status, done.summary["fine"]) == ("DONE", 1), done.error
        (card,) = [one for one in titles() if one == "茶杯"]
        product = catalog.load(next(one.product_id for one in off_shelf() if one.title == card))
        assert [(sku.name, sku.price_fen, sku.market_price_fen, sku.cost_fen) for sku in product.skus] == [
            ("白", 1_250, 1_500, 300),
            ("青", 1_300, None, 0),
        ]
        assert not product.is_on_shelf, "no picture yet"


class TestPicturesFreightAndStock:
    """P1, S2: a file may also name uploaded pictures, a freight template and what is in stock."""

    WIDE = f"{HEADER},图片,运费模板,库存"

    def test_they_are_set_as_the_rows_say(self, shop: Shop) -> None:
        url, freight = f"{config().public_url}/{PICTURE_KEY}", catalog.all_freight_templates()[0]
        rows = [
            f"茶杯,,{category()},白,12.50,,,200,{url} 正面.jpg,{freight.name},30",
            "茶杯,,,青,13,,,,,,",
        ]
        file = "\n".join([self.WIDE, *rows])
        job = finish(bring("products", file, pictures={"正面.jpg": url}).json["job_id"])
        assert job.summary["wrong"] == 0, job.summary
        for key in ("apply-key-1", "apply-key-2"):
            assert finish(apply(job, key).json["job_id"]).summary["fine"] == 1
        product = catalog.load(next(one.product_id for one in off_shelf() if one.title == "茶杯"))
        assert product.picture_urls == (url, url) and product.freight_template_id == freight.template_id
        white, blue = (inventory.load(sku.sku_id) for sku in product.skus)
        assert (white.available, white.stocked, blue.version) == (30, 30, 0)
        (moved,) = inventory.movements(white.sku_id, limit=9, cursor=None).items
        assert (moved.change, moved.reason) == (30, "从文件导入")

    def test_each_rows_problem_is_told(self, shop: Shop) -> None:
        gone = f"{config().public_url}/media/pictures/PC{'1' * 26}.jpg"
        rows = [
            f"甲,,{category()},白,12,,,,没传.jpg,,",
            f"乙,,{category()},白,12,,,,https://elsewhere.example/a.jpg,,",
            f"丙,,{category()},白,12,,,,{gone},,",
            f"丁,,{category()},白,12,,,,,没有的模板,",
            f"戊,,{category()},白,12,,,,,,三十",
            f"己,,{category()},白,12,,,,,,1000001",
        ]
        job = looked("products", "\n".join([self.WIDE, *rows]))
        said = [one.split("：", 1) for one in job.summary["problems"]]
        assert [one[0] for one in said] == [
            f"第 {at} 行 {name}" for at, name in enumerate("甲乙丙丁戊己", start=2)
        ]
        for part, (_, words) in zip(
            ("没传.jpg", "上传的图片", "没有上传成功", "没有的模板", "整数", "最多"), said, strict=True
        ):
            assert part in words

    def test_stock_takes_the_permission_for_stock(self, shop: Shop) -> None:
        """G2: a file is no way round a permission."""
        bare = f"{self.WIDE}\n茶杯,,{category()},白,12,,,,,,"
        assert bring("products", bare, may=("catalog.edit",)).status == 202
        assert bring("products", f"{bare}9", key="import-key-2", may=("catalog.edit",)).status == 403
        job = looked("products", f"{bare}9", key="import-key-3")
        held = api.staff_token("catalog.edit")
        answer = api.post(f"/console/imports/{job.job_id}/apply", token=held, key="apply-key-1")
        assert answer.status == 403
        assert "茶杯" not in titles()


class TestParcels:
    def test_many_orders_are_sent_by_one_file(self, shop: Shop) -> None:
        first, second = shop.paid(), shop.paid(key="order-0002")
        rows = (
            f"{first.order_id},顺丰速运,SF10000001",
            "OR404,SF,SF10000002",
            f"{second.order_id},飞鸽,X1234567",
        )
        bad = "\n".join((PARCELS, *rows))
        assert looked("parcels", bad).summary["wrong"] == 2
        assert orders.load(first.order_id).status == "PAID"
        good = f"{PARCELS}\n{first.order_id},顺丰速运,SF10000001\n{second.order_id},zto,ZT10000001"
        job = looked("parcels", good.encode("gb18030"), key="import-key-2")
        assert job.summary["wrong"] == 0, job.summary
        for key in ("apply-key-1", "apply-key-2"):
            assert finish(apply(job, key).json["job_id"]).summary["fine"] == 2
        sent = [orders.load(one.order_id) for one in (first, second)]
        assert [(one.status, len(one.parcels), one.parcels[0].express_company) for one in sent] == [
            ("SHIPPED", 1, "SF"),
            ("SHIPPED", 1, "ZTO"),
        ]

    def test_it_takes_the_permission_to_ship(self, shop: Shop) -> None:
        file = f"{PARCELS}\nOR1,SF,SF10000001"
        assert bring("parcels", file, may=("catalog.edit",)).status == 403
        assert bring("parcels", file, may=("orders.ship",)).status == 202

    def test_a_trial_is_its_owners(self, shop: Shop) -> None:
        job = looked("parcels", f"{PARCELS}\nOR1,SF,SF10000001")
        people.make_staff("STOTHER", ("orders.ship",))
        stolen = people.staff_token("STOTHER")
        other = api.post(f"/console/imports/{job.job_id}/apply", token=stolen, key="apply-key-9")
        assert (other.status, other.json["code"]) == (404, "JOB_UNKNOWN")


class TestFiles:
    def bomb(self) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/workbook.xml", b" " * (61 * 1024 * 1024))
        return file.getvalue()

    def test_what_is_no_table_is_refused_in_words(
        self, world: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Oversized, malformed, a bomb, without its columns, empty: each says how to mend it."""
        monkeypatch.setattr(reading, "MAX_ROWS", 3)
        for content, said in (
            (b"x" * (3 * 1024 * 1024 + 1), "不能超过 3 MB"),
            (b"PK\x03\x04 not a zip", "不是 Excel 文件"),
            (self.bomb(), "展开后太大"),
            (b"\xff\xfe\x00\x81", "文字编码"),
            (b"\x00\x01\x02", "文字编码"),
            ("甲,丙\n1,2".encode(), "缺少这些列：乙"),
            ("甲,乙\n,\n".encode(), "没有内容"),
            (("甲,乙\n" + "1,2\n" * 4).encode(), "最多 3 行"),
            ('甲,乙\n"1,2'.encode(), "不是 CSV"),
        ):
            with pytest.raises(BadSheet, match=said):
                read_sheet(content, ("甲", "乙"))

    def test_the_door_says_so(self, world: Clock) -> None:
        answer = bring("parcels", "甲,乙\n1,2")
        assert (answer.status, answer.json["code"]) == (422, "BAD_SHEET")
        assert bring("parcels", b"x" * (3 * 1024 * 1024 + 1)).json["code"] == "BAD_SHEET"
        assert bring("parcels", b"x" * (4 * 1024 * 1024)).status == 413

    def test_excel_and_csv_give_the_same_rows(self) -> None:
        book, file = Workbook(), io.BytesIO()
        page = book.active
        assert page is not None
        for row in (["乙", "甲", "别的"], [12.5, " 茶 ", None], [None, None, None], [13.0, 5, "x"]):
            page.append(row)
        book.save(file)
        text = "乙,甲,别的\r\n12.5, 茶 ,\r\n,,\r\n13,5,x\r\n"
        rows = read_sheet(file.getvalue(), ("甲", "乙"))
        assert rows == [{"乙": "12.5", "甲": "茶", "别的": ""}, {"乙": "13", "甲": "5", "别的": "x"}]
        for encoding in ("utf-8-sig", "utf-8", "gb18030"):
            assert read_sheet(text.encode(encoding), ("甲", "乙")) == rows
